import { AgentError } from './agent-error.ts'

/** Digits and letters that cannot be taken for one another on paper or in a strange font: no 0 O o, no 1 I l. */
const digits = '23456789'
const lower = 'abcdefghijkmnpqrstuvwxyz'
const upper = 'ABCDEFGHJKLMNPQRSTUVWXYZ'
/** Those that have a name everybody knows, and that Active Directory counts as signs. */
const signs = '-+=?!#%*@'
const classes = [lower, upper, digits, signs].map((letters) => Buffer.from(letters, 'latin1'))
const alphabet = Buffer.concat(classes)

/** Shorter parts of a name are not looked for; Active Directory draws the same line ("Password must meet complexity requirements"). */
const shortestPart = 3
const attempts = 1_000

/**
 * Makes a temporary password: single characters, all four classes, every password that fits equally likely. It stays in a Buffer, never
 * becomes text, and is the caller's to wipe.
 * @param options.length in characters
 * @param options.names sAMAccountName and displayName: neither they nor their parts of three letters and more are in it, in any case
 * @throws AgentError internal when no such password is within reach
 */
export function temporaryPassword(options: {
  readonly length: number
  readonly names: readonly string[]
  readonly randomBytes: (size: number) => Buffer
}): Buffer {
  const banned = partsOf(options.names)
  const password = Buffer.alloc(options.length)
  for (let attempt = 0; attempt < attempts; attempt++) {
    draw(password, options.randomBytes)
    // Drawing again what does not fit keeps what fits equally likely; forcing classes into fixed places would not.
    if (classes.every((letters) => password.some((byte) => letters.includes(byte))) && !holds(password, banned))
      return password
  }
  password.fill(0)
  throw new AgentError('internal', 'no temporary password could be made that holds nothing of the name of its owner')
}

/** Fills it evenly: bytes beyond the last whole multiple of the alphabet are thrown away, or its first letters came more often. */
function draw(password: Buffer, randomBytes: (size: number) => Buffer): void {
  const even = 256 - (256 % alphabet.length)
  let filled = 0
  while (filled < password.length) {
    const random = randomBytes(password.length * 2)
    for (const byte of random) {
      const drawn = alphabet[byte % alphabet.length]
      if (byte >= even || filled === password.length || drawn === undefined) continue
      password[filled] = drawn
      filled += 1
    }
    random.fill(0)
  }
}

function holds(password: Buffer, banned: readonly string[]): boolean {
  const small = Buffer.from(password.map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte)))
  const held = banned.some((part) => small.includes(part, 0, 'utf8'))
  small.fill(0)
  return held
}

/** The names, their parts as Active Directory cuts them (, . - _ space # tab), and their parts between any signs; bare of accents too. */
function partsOf(names: readonly string[]): readonly string[] {
  const small = names.map((name) => name.toLowerCase())
  const plain = small.map((name) => name.normalize('NFKD').replace(/\p{M}/gu, ''))
  const parts = [...small, ...plain].flatMap((name) => [
    name,
    ...name.split(/[,.\-_ #\t]+/),
    ...name.split(/[^\p{L}\p{N}]+/u),
  ])
  return [...new Set(parts)].filter((part) => part.length >= shortestPart)
}
