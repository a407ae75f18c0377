import assert from 'node:assert/strict'
import { inflateSync } from 'node:zlib'

/** Reads a PNG of 8-bit RGBA without interlacing (the kind the QR codes are), as RGBA pixels. */
export function readPng(file: Buffer): { width: number; height: number; pixels: Uint8ClampedArray } {
  const data: Buffer[] = []
  let [width, height] = [0, 0]
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at)
    const kind = file.toString('latin1', at + 4, at + 8)
    const body = file.subarray(at + 8, at + 8 + length)
    if (kind === 'IHDR') {
      width = body.readUInt32BE(0)
      height = body.readUInt32BE(4)
      assert.deepEqual([...body.subarray(8)], [8, 6, 0, 0, 0], 'not 8-bit RGBA')
    }
    if (kind === 'IDAT') data.push(body)
    at += length + 12
  }
  return { width, height, pixels: unfilter(inflateSync(Buffer.concat(data)), width * 4, height) }
}

/** Undoes the filters of PNG (ISO/IEC 15948, clause 9.2), line by line. */
function unfilter(raw: Buffer, stride: number, height: number): Uint8ClampedArray {
  const pixels = new Uint8ClampedArray(stride * height)
  for (let line = 0; line < height; line++) {
    const filter = raw[line * (stride + 1)]
    for (let column = 0; column < stride; column++) {
      const value = raw[line * (stride + 1) + 1 + column] ?? 0
      const left = column < 4 ? 0 : (pixels[line * stride + column - 4] ?? 0)
      const above = line === 0 ? 0 : (pixels[(line - 1) * stride + column] ?? 0)
      const corner = column < 4 || line === 0 ? 0 : (pixels[(line - 1) * stride + column - 4] ?? 0)
      const guess = [0, left, above, (left + above) >> 1, paeth(left, above, corner)][filter ?? 0] ?? 0
      pixels[line * stride + column] = (value + guess) & 255
    }
  }
  return pixels
}

function paeth(left: number, above: number, corner: number): number {
  const base = left + above - corner
  const [toLeft, toAbove, toCorner] = [Math.abs(base - left), Math.abs(base - above), Math.abs(base - corner)]
  if (toLeft <= toAbove && toLeft <= toCorner) return left
  return toAbove <= toCorner ? above : corner
}
