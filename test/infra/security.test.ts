import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')

/** A test as a document cites it: its file, and either the words of `it(…)` («») or one case of a table in that file (‹›). */
interface Cited {
  readonly file: string
  readonly words: string
  readonly kind: 'title' | 'case'
}

/** Every test a text names. Words belong to the file that was named last before them in the same line. */
function citedIn(text: string): readonly Cited[] {
  const found: Cited[] = []
  for (const line of text.split('\n')) {
    let file: string | undefined
    for (const [, path, title, one] of line.matchAll(/`(test\/[^`]+?\.ts)`|«([^»]*)»|‹([^›]*)›/g)) {
      if (path !== undefined) file = path
      const words = title ?? one
      if (words !== undefined && file !== undefined)
        found.push({ file, words, kind: title === undefined ? 'case' : 'title' })
    }
  }
  return found
}

/** Words of `it`, `describe` and the fuzzer's `fuzz`, as they stand in the source: `${…}` of a template stays as it is written. */
function titlesIn(source: string): ReadonlySet<string> {
  const named = source.matchAll(
    /\b(?:it|describe|fuzz)\(\s*('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)/g,
  )
  return new Set([...named].map(([, literal = '']) => unquoted(literal)))
}

function literalsIn(source: string): ReadonlySet<string> {
  const all = source.matchAll(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g)
  return new Set([...all].map(([literal]) => unquoted(literal)))
}

const unquoted = (literal: string) => literal.slice(1, -1).replace(/\\(.)/g, '$1')

/** What is wrong with a citation, or undefined. */
function faultOf({ file, words, kind }: Cited): string | undefined {
  if (!existsSync(new URL(file, root))) return `there is no ${file}`
  const source = read(file)
  if (kind === 'title' ? titlesIn(source).has(words) : literalsIn(source).has(words)) return undefined
  return `${file} has no ${kind} "${words}"`
}

/** Rows of all tables, without their heads. */
function rowsOf(text: string): readonly (readonly string[])[] {
  const lines = text.split('\n').filter((line) => line.startsWith('|'))
  const bodies = lines.filter(
    (line, at) => !/^\|( ---* \|)+$/.test(line) && !/^\|( ---* \|)+$/.test(lines[at + 1] ?? ''),
  )
  return bodies.map((line) =>
    line
      .slice(1, -1)
      .split(' | ')
      .map((cell) => cell.trim()),
  )
}

/** Source files of a folder, however deep. */
function sourcesIn(folder: string): readonly string[] {
  const names = readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith('.ts')).map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
}

describe('what is said about security', () => {
  for (const [document, least] of [
    ['SECURITY.md', 100],
    ['infra/ASVS.md', 100],
  ] as const) {
    it(`${document} names tests that there are`, () => {
      const cited = citedIn(read(document))
      assert.ok(cited.length >= least, `only ${cited.length} tests are named`)
      assert.deepEqual(
        cited.flatMap((one) => faultOf(one) ?? []),
        [],
      )
    })

    it(`${document} says of every row how it is tested, or that it is not`, () => {
      const rows = rowsOf(read(document))
      assert.ok(rows.length > 50, `only ${rows.length} rows`)
      const said = /«[^»]+»|‹[^›]+›|`test\/[^`]+`|not tested|\b[Nn]ot met|\b[Nn]ot applicable/
      assert.deepEqual(
        rows.filter((row) => !said.test(row.at(-1) ?? '')),
        [],
      )
    })

    it(`${document} leads to files that there are`, () => {
      const folder = new URL(document, root)
      const links = [...read(document).matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, path = '']) => path)
      assert.ok(links.length >= 2)
      assert.deepEqual(
        links.filter((path) => !existsSync(new URL(path, folder))),
        [],
      )
    })
  }

  it('every file of attacks is named', () => {
    const named = new Set(citedIn(read('SECURITY.md')).map(({ file }) => file))
    const attacks = sourcesIn('test/attacks').filter((file) => file.endsWith('.test.ts'))
    assert.ok(attacks.length > 0)
    assert.deepEqual(
      attacks.filter((file) => !named.has(file)),
      [],
    )
  })

  it('would notice a test that is gone', () => {
    const [fault] = citedIn('| S | x | y | `test/infra/security.test.ts` «is called otherwise by now» |').map(faultOf)
    assert.match(fault ?? '', /has no title "is called otherwise by now"/)
    assert.match(citedIn('`test/gone.test.ts` «x»').map(faultOf)[0] ?? '', /there is no test\/gone/)
    assert.equal(citedIn('`test/infra/security.test.ts` «would notice a test that is gone»').map(faultOf)[0], undefined)
  })
})

describe('the code that is read for what no run can show', () => {
  it('builds no SQL out of text, but for migrations and constants', () => {
    // Its one line outside migrations puts in a constant that stands beside it.
    const known = ['bot/replicas/take-over.ts']
    const sources = sourcesIn('bot').filter((file) => !file.startsWith('bot/store/migrations/'))
    assert.ok(sources.length > 200)
    const raw = sources.filter((file) => /\bsql\.(raw|lit)\b|\bCompiledQuery\b/.test(read(file)))
    assert.deepEqual(
      raw.filter((file) => !known.includes(file)),
      [],
    )
  })

  it('runs nothing that comes as text: no eval, no Function, no shell', () => {
    const made = [...sourcesIn('bot'), ...sourcesIn('agent'), ...sourcesIn('dialogs'), ...sourcesIn('cards')]
    const found = made.filter((file) =>
      /(?<!\.)\beval\(|\bnew Function\(|node:vm'|\bexec(Sync)?\(|shell: true/.test(withoutRegExps(read(file))),
    )
    assert.deepEqual(found, [])
  })

  it('turns no check of a certificate off, anywhere', () => {
    const made = [...sourcesIn('bot'), ...sourcesIn('agent')]
    const found = made.filter((file) => /rejectUnauthorized: false|NODE_TLS_REJECT_UNAUTHORIZED/.test(read(file)))
    assert.deepEqual(found, [])
  })

  it('draws nothing that must not be guessed from Math.random', () => {
    // It spreads waits between tries there, and nothing else.
    const known = ['agent/open-domain.ts', 'agent/serve.ts', 'bot/doctor/main.ts', 'bot/main.ts']
    const made = [...sourcesIn('bot'), ...sourcesIn('agent'), ...sourcesIn('dialogs')]
    const found = made.filter((file) => /Math\.random/.test(read(file)))
    assert.deepEqual(
      found.filter((file) => !known.includes(file)),
      [],
    )
    for (const file of found) assert.equal(read(file).match(/Math\.random/g)?.length, 1, file)
  })
})

/** `RegExp.exec` is no shell. */
const withoutRegExps = (source: string) => source.replaceAll('.exec(', '.match(')
