/**
 * The program of the threads that decode pictures, which `gentle-dl/data` starts by this name: the entry `gentle-dl/picture-thread`. It exports nothing.
 * @module gentle-dl/picture-thread
 */
import { servePictures } from '../data/picture-thread.ts'

servePictures()
