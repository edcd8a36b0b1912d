import { GentleError } from 'gentle-dl'

/** A sound that cannot be used. */
export class SoundError extends GentleError {}
