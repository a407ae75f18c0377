import { createHash } from 'node:crypto'
import { crc32, deflateSync } from 'node:zlib'

const size = 96
const cell = 16
const across = size / cell

/** A small picture of its own for everybody: a pattern mirrored left to right (PNG, W3C Recommendation; 96 by 96, RGB). */
export function picture(id: string): Buffer {
  const digest = createHash('sha256').update(id).digest()
  const colour = [0, 1, 2].map((at) => 70 + (digest[at] ?? 0) / 2)
  const rows = Array.from({ length: size }, (_, y) => {
    const row = Buffer.alloc(1 + size * 3, 0xf2)
    // filter type 0: none
    row[0] = 0
    for (let x = 0; x < size; x += 1) {
      const column = Math.floor(x / cell)
      const mirrored = Math.min(column, across - 1 - column)
      const on = ((digest[3 + mirrored * across + Math.floor(y / cell)] ?? 0) & 1) === 1
      if (on) row.set(colour, 1 + x * 3)
    }
    return row
  })
  const header = Buffer.alloc(13)
  header.writeUInt32BE(size, 0)
  header.writeUInt32BE(size, 4)
  // 8 bits a channel, colour type 2: RGB
  header.set([8, 2, 0, 0, 0], 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'ascii'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const check = Buffer.alloc(4)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, check])
}

/** Two in three have a picture. */
export function hasPicture(id: string): boolean {
  return (createHash('sha256').update(`picture ${id}`).digest()[0] ?? 0) % 3 !== 0
}
