/**
 * What can be downloaded by name: addresses, digests and licences, as plain data. Digests are those that PyTorch's file names begin with,
 * tensorflow_datasets lists, and several public projects pin alike; where the whole SHA-256 of a file is not known, its first eight digits are.
 */

/** A file as it is published. */
export interface PublishedFile {
  readonly address: string
  /** What it is called in the cache, where the address's own name says too little. */
  readonly name?: string
  /** SHA-256 in hexadecimal: all 64 digits, or the first ones, at least eight, where no more is known. */
  readonly sha256: string
  /** Its size, where it is known. */
  readonly bytes?: number
}

export interface PublishedWeights extends PublishedFile {
  /** How the weights are called where they are published. */
  readonly title: string
  /** What pixels they expect: ImageNet's mean and deviation taken away, or [-1, 1]. */
  readonly pixels: 'imagenet' | 'minusOneToOne'
}

/** A published data set, and what it is in the cache: a folder that a reader knows. */
export interface PublishedData {
  readonly title: string
  readonly files: readonly PublishedFile[]
  /** How the one file is unpacked, its topmost folder left out; files are kept as they are unless given. */
  readonly archive?: 'tar.gz' | 'zip'
  /** The reader of its folder, as in `cifar10:DIR`. */
  readonly reader: 'cifar10' | 'cifar100' | 'idx' | 'images'
  /** Names of several sets in one folder, by which each is opened; the data set's own name unless given. */
  readonly sets?: readonly string[]
  /** Names of the classes in the order of their labels, where the files do not tell. */
  readonly classes?: readonly string[]
  readonly homepage: string
  readonly licence: string
}

/** What a file is called in the cache, and below a mirror. */
export const fileNameOf = ({ name, address }: PublishedFile): string =>
  name ?? address.slice(address.lastIndexOf('/') + 1)

/** The licence of torchvision's weights: that of its repository, and what its README says of those trained on data of others. */
export const weightsLicence =
  'BSD 3-Clause (torchvision); trained on ImageNet, whose terms allow research and education: check them before commercial use'

const torchvision = (
  file: string,
  sha256: string,
  { bytes, pixels = 'imagenet' }: Partial<Pick<PublishedWeights, 'bytes' | 'pixels'>> = {},
): PublishedWeights => ({
  title: 'torchvision IMAGENET1K_V1',
  address: `https://download.pytorch.org/models/${file}`,
  sha256,
  pixels,
  ...(bytes === undefined ? {} : { bytes }),
})

/** ImageNet weights by the network's name: torchvision's IMAGENET1K_V1, whose accuracies `gentle compare` shows. */
export const publishedWeights: Readonly<Record<string, PublishedWeights>> = {
  alexnet: torchvision('alexnet-owt-7be5be79.pth', '7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02', {
    bytes: 244_408_911,
  }),
  vgg11: torchvision('vgg11-8a719046.pth', '8a719046'),
  vgg11_bn: torchvision('vgg11_bn-6002323d.pth', '6002323d'),
  vgg13: torchvision('vgg13-19584684.pth', '19584684'),
  vgg13_bn: torchvision('vgg13_bn-abd245e5.pth', 'abd245e5'),
  vgg16: torchvision('vgg16-397923af.pth', '397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0', {
    bytes: 553_433_881,
  }),
  vgg16_bn: torchvision('vgg16_bn-6c64b313.pth', '6c64b3138f2f4fcb3bcc4cafde11619c4f440eb1631787e93a682fd88305888a'),
  vgg19: torchvision('vgg19-dcbb9e9d.pth', 'dcbb9e9d'),
  vgg19_bn: torchvision('vgg19_bn-c79401a0.pth', 'c79401a0'),
  // Its weights were brought over from TensorFlow; torchvision's network undoes ImageNet's normalisation within.
  googlenet: torchvision('googlenet-1378be20.pth', '1378be20a8e875cf1568b8a71654e704449655e34711a959a38b04fb34905cef', {
    pixels: 'minusOneToOne',
  }),
  resnet18: torchvision('resnet18-f37072fd.pth', 'f37072fd47e89c5e827621c5baffa7500819f7896bbacec160b1a16c560e07ec'),
  resnet34: torchvision('resnet34-b627a593.pth', 'b627a593bcbe140c234610266fe4f8ae95ea42fc881d091c9b6052e6b1d0590f'),
  resnet50: torchvision('resnet50-0676ba61.pth', '0676ba61b6795bbe1773cffd859882e5e297624d384b6993f7c9e683e722fb8a', {
    bytes: 102_530_333,
  }),
  resnet101: torchvision('resnet101-63fe2227.pth', '63fe2227b86e8f1f2063f43a75c84d195911b6a0eace650907dd3dc62dd49a0a'),
  resnet152: torchvision('resnet152-394f9c45.pth', '394f9c45966e3651a89bbb78a48410a6755854ce4a5ab64927cf1c7247f85e58'),
  mobilenet_v2: torchvision(
    'mobilenet_v2-b0353104.pth',
    'b03531047ffacf1e2488318dcd2aba1126cde36e3bfe1aa5cb07700aeeee9889',
  ),
}

/** The four files of an IDX set below an address: each name with its SHA-256 and its size. */
const idxFiles = (base: string, files: Readonly<Record<string, readonly [sha256: string, bytes: number]>>) =>
  Object.entries(files).map(([name, [sha256, bytes]]): PublishedFile => ({ address: base + name, sha256, bytes }))

export const publishedData: Readonly<Record<string, PublishedData>> = {
  cifar10: {
    title: 'CIFAR-10: 60,000 colour pictures of 32 x 32 in 10 classes',
    files: [
      {
        address: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
        sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
        bytes: 170_052_171,
      },
    ],
    archive: 'tar.gz',
    reader: 'cifar10',
    homepage: 'https://www.cs.toronto.edu/~kriz/cifar.html',
    licence:
      'none is stated; its author asks to cite Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009',
  },
  cifar100: {
    title: 'CIFAR-100: 60,000 colour pictures of 32 x 32 in 100 classes',
    files: [
      {
        address: 'https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz',
        sha256: '58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec',
        bytes: 168_513_733,
      },
    ],
    archive: 'tar.gz',
    reader: 'cifar100',
    homepage: 'https://www.cs.toronto.edu/~kriz/cifar.html',
    licence:
      'none is stated; its author asks to cite Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009',
  },
  'fashion-mnist': {
    title: 'Fashion-MNIST: 70,000 grey pictures of clothes, 28 x 28, in 10 classes',
    files: idxFiles('http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/', {
      'train-images-idx3-ubyte.gz': ['3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84', 26_421_880],
      'train-labels-idx1-ubyte.gz': ['a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845', 29_515],
      't10k-images-idx3-ubyte.gz': ['346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073', 4_422_102],
      't10k-labels-idx1-ubyte.gz': ['67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5', 5148],
    }),
    reader: 'idx',
    classes: ['T-shirt/top', 'trouser', 'pullover', 'dress', 'coat', 'sandal', 'shirt', 'sneaker', 'bag', 'ankle boot'],
    homepage: 'https://github.com/zalandoresearch/fashion-mnist',
    licence: 'MIT',
  },
  kmnist: {
    title: 'Kuzushiji-MNIST: 70,000 grey pictures of cursive Japanese characters, 28 x 28, in 10 classes',
    files: idxFiles('http://codh.rois.ac.jp/kmnist/dataset/kmnist/', {
      'train-images-idx3-ubyte.gz': ['51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4', 18_165_135],
      'train-labels-idx1-ubyte.gz': ['e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17', 29_497],
      't10k-images-idx3-ubyte.gz': ['edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5', 3_041_136],
      't10k-labels-idx1-ubyte.gz': ['20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c', 5120],
    }),
    reader: 'idx',
    classes: ['o', 'ki', 'su', 'tsu', 'na', 'ha', 'ma', 'ya', 're', 'wo'],
    homepage: 'http://codh.rois.ac.jp/kmnist/',
    licence:
      'CC BY-SA 4.0: "KMNIST Dataset" (created by CODH), adapted from "Kuzushiji Dataset" (created by NIJL and others)',
  },
  emnist: {
    title: 'EMNIST: handwritten digits and letters, 28 x 28, in six sets',
    files: [
      {
        address: 'https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip',
        name: 'emnist-gzip.zip',
        sha256: 'fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e',
        bytes: 561_753_746,
      },
    ],
    archive: 'zip',
    reader: 'idx',
    sets: ['balanced', 'bymerge', 'byclass', 'letters', 'digits', 'mnist'].map((set) => `emnist-${set}`),
    homepage: 'https://www.nist.gov/itl/products-and-services/emnist-dataset',
    licence: 'none is stated; made from NIST Special Database 19; cite Cohen, Afshar, Tapson, van Schaik, EMNIST, 2017',
  },
  flowers: {
    title: 'TensorFlow flowers: 3,670 photographs in 5 classes',
    files: [
      {
        address: 'http://download.tensorflow.org/example_images/flower_photos.tgz',
        sha256: '4c54ace7911aaffe13a365c34f650e71dd5bf1be0a58b464e5a7183e3e595d9c',
        bytes: 228_813_984,
      },
    ],
    archive: 'tar.gz',
    reader: 'images',
    homepage: 'https://www.tensorflow.org/datasets/catalog/tf_flowers',
    licence: 'CC BY 2.0; LICENSE.txt beside the pictures names their authors',
  },
}
