import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** What the bot is made of. */
const parts = ['agent', 'bot', 'cards', 'dialogs', 'package.json']

/** A passage of a file, as it stands there once, and what it says in the other release. */
export interface Alteration {
  readonly file: string
  readonly from: string
  readonly to: string
}

/** Another release of the bot: a copy of this tree with some passages changed. */
export interface Release {
  /** Its bot/main.ts. */
  readonly program: string
  remove(): void
}

export function anotherRelease(alterations: readonly Alteration[]): Release {
  const folder = mkdtempSync(join(tmpdir(), 'helpbot-release-'))
  for (const part of parts) cpSync(join(root, part), join(folder, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  for (const { file, from, to } of alterations) {
    const path = join(folder, file)
    const whole = readFileSync(path, 'utf8')
    assert.equal(whole.split(from).length, 2, `it stands once in ${file}: ${from}`)
    writeFileSync(
      path,
      whole.replace(from, () => to),
    )
  }
  return {
    program: join(folder, 'bot/main.ts'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
