/** Grey pictures within a document. */

/** A picture of a byte a pixel, 0 black, as the address of a PNG file in base64: not compressed, so that nothing is needed to make it. */
export function pngAddress(pixels: Uint8Array, width: number, height: number): string {
  const table = Uint32Array.from({ length: 256 }, (_, n) => {
    let c = n
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
    return c
  })
  const chunk = (type: string, data: Uint8Array): Uint8Array => {
    const bytes = new Uint8Array(12 + data.length)
    const view = new DataView(bytes.buffer)
    view.setUint32(0, data.length)
    for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i)
    bytes.set(data, 8)
    let crc = 0xffffffff
    for (let i = 4; i < 8 + data.length; i++) crc = table[(crc ^ bytes[i]) & 0xff] ^ (crc >>> 8)
    view.setUint32(8 + data.length, (crc ^ 0xffffffff) >>> 0)
    return bytes
  }
  const header = new Uint8Array(13)
  new DataView(header.buffer).setUint32(0, width)
  new DataView(header.buffer).setUint32(4, height)
  header.set([8, 0, 0, 0, 0], 8)
  const rows = new Uint8Array(height * (width + 1))
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1)
  const blocks = Math.ceil(rows.length / 65535)
  const data = new Uint8Array(2 + rows.length + 5 * blocks + 4)
  data.set([0x78, 0x01])
  let [at, a, b] = [2, 1, 0]
  for (let i = 0; i < blocks; i++) {
    const part = rows.subarray(i * 65535, (i + 1) * 65535)
    data.set(
      [i === blocks - 1 ? 1 : 0, part.length & 255, part.length >> 8, ~part.length & 255, (~part.length >> 8) & 255],
      at,
    )
    data.set(part, at + 5)
    at += 5 + part.length
  }
  for (const byte of rows) {
    a = (a + byte) % 65521
    b = (b + a) % 65521
  }
  data.set([b >> 8, b & 255, a >> 8, a & 255], at)
  const file = [
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', header),
    chunk('IDAT', data),
    chunk('IEND', new Uint8Array(0)),
  ]
  return `data:image/png;base64,${btoa(file.map((part) => Array.from(part, (byte) => String.fromCharCode(byte)).join('')).join(''))}`
}
