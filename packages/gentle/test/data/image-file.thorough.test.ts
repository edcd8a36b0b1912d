import { imageFileInfo, readImageFile } from 'gentle-dl/data'
import sharp from 'sharp'
import { expect, it } from 'vitest'

it('a whole picture of one colour is read, as small as its format lets it be', async () => {
  const side = 2100
  const picture = sharp(new Uint8Array(side * side), { raw: { width: side, height: side, channels: 1 } })
  const encoders = [
    picture.clone().png({ compressionLevel: 9, palette: true, colours: 2 }),
    picture.clone().jpeg({ quality: 1, mozjpeg: true }),
    picture.clone().gif(),
    picture.clone().webp({ lossless: true }),
    picture.clone().avif({ effort: 0 }),
  ]
  for (const encoder of encoders) {
    const file = await encoder.toBuffer()
    expect(await imageFileInfo(file)).toMatchObject({ height: side, width: side })
    expect((await readImageFile(file)).data[side]).toBeCloseTo(0, 2)
  }
})
