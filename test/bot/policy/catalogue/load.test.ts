import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { emptyCatalogue, loadCatalogue, PolicyError } from '../../../../bot/policy/catalogue/load.ts'
import { practiceCatalogue } from '../../../../infra/practice/catalogue.ts'
import { wellKnownGroups } from '../../../../infra/practice/company/cast.ts'

const day = 24 * 60 * 60_000
const id = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
const example = readFileSync(new URL('../../../../infra/catalogue.example.yaml', import.meta.url), 'utf8')

/** The least that an entry can be, with some lines changed, added or (undefined) left out. */
function entry(more: Readonly<Record<string, string | undefined>> = {}, name = 'wiki', number = 1): string {
  const lines = {
    system: 'Wiki',
    title: `The ${name}`,
    opens: 'Read and write',
    group: id(number),
    risk: 'low',
    approvals: '[manager]',
    longest: '30 days',
    ...more,
  }
  const said = Object.entries(lines).filter(([, value]) => value !== undefined)
  return `  ${name}:\n${said.map(([key, value]) => `    ${key}: ${value}\n`).join('')}`
}
const file = (...entries: readonly string[]) => `entries:\n${entries.join('')}`
const two = file(entry(), entry({}, 'blog', 2))

function refusal(text: string): PolicyError {
  try {
    loadCatalogue(text, 'catalogue.yaml')
  } catch (error) {
    if (error instanceof PolicyError) return error
    throw error
  }
  throw new assert.AssertionError({ message: 'the catalogue was accepted' })
}

describe('the catalogue', () => {
  it('of the example is accepted, and means what its comments say', () => {
    const { entries, conflicts, contracts } = loadCatalogue(example, 'catalogue.example.yaml')
    const [sales, finance, payment] = entries
    assert.deepEqual(sales, {
      key: 'sales-dashboard',
      system: 'Sales dashboard',
      title: 'Sales dashboard (read)',
      opens: 'See the figures of the sales team',
      group: id(1),
      keywords: ['revenue', 'pipeline', 'turnover'],
      risk: 'low',
      approvals: [[{ from: 'manager', need: 1 }]],
      longest: undefined,
      presets: [7 * day, 30 * day, 90 * day],
      visibleTo: 'everybody',
    })
    assert.deepEqual(finance?.approvals, [[{ from: 'manager', need: 1 }], [{ from: 'owners', need: 1 }]])
    assert.deepEqual(finance?.presets, [day, 7 * day, 30 * day, 90 * day])
    assert.deepEqual(payment?.approvals, [
      [
        { from: 'manager', need: 1 },
        { from: 'owners', need: 2 },
      ],
      [{ from: `group:${id(90)}`, need: 1 }],
    ])
    assert.deepEqual(entries.at(-1)?.visibleTo, [id(91)])
    assert.equal(conflicts[0]?.then, 'refuse')
    assert.deepEqual(conflicts[1]?.then, { approval: [{ from: `group:${id(90)}`, need: 1 }] })
    assert.deepEqual(contracts, {
      groups: [id(92)],
      guests: true,
      longest: 180 * day,
      approvals: [[{ from: 'manager', need: 1 }]],
      withoutSponsor: 3 * day,
    })
  })

  it('of the practice company is accepted, and every group of it exists', () => {
    const { entries } = loadCatalogue(practiceCatalogue(), 'catalogue.yaml')
    const groups: readonly string[] = Object.values(wellKnownGroups)
    assert.ok(entries.length >= 40)
    for (const { key, group, visibleTo } of entries)
      for (const one of [group, ...(visibleTo === 'everybody' ? [] : visibleTo)]) assert.ok(groups.includes(one), key)
  })

  it('may be empty: nothing can be asked for', () => {
    assert.deepEqual([emptyCatalogue.entries, emptyCatalogue.conflicts, emptyCatalogue.contracts], [[], [], undefined])
    assert.deepEqual(loadCatalogue('entries: {}', 'catalogue.yaml'), emptyCatalogue)
  })

  it('has a version that comments, order of settings and spelling of durations do not change, and words do', () => {
    const version = (text: string) => loadCatalogue(text, 'catalogue.yaml').version
    const [system = '', ...others] = entry({ longest: '720 h' })
      .split(/\n(?= {4}\w)/)
      .slice(1)
    const spelled = `  wiki:\n${others.join('\n').trimEnd()}\n${system}\n`
    assert.equal(version(file(spelled)), version(`# a comment\n${file(entry())}`))
    assert.notEqual(version(file(entry({ opens: 'Read' }))), version(file(entry())))
  })

  it('offers the longest time alone where the usual ones do not fit, and cannot be changed', () => {
    const [wiki] = loadCatalogue(file(entry({ longest: '4 hours' })), 'catalogue.yaml').entries
    assert.deepEqual(wiki?.presets, [4 * 60 * 60_000])
    assert.ok(Object.isFrozen(wiki) && Object.isFrozen(wiki.approvals[0]))
  })

  const high = { risk: 'high', approvals: '[manager, owners]' }
  const conflict = (text: string) => `${two}conflicts:\n  - ${text}\n`
  const contract = (text: string) => `contracts: { ${text} }`
  const faults: Readonly<Record<string, readonly [text: string, where: string, said: RegExp]>> = {
    'a setting misspelt': [
      file(entry({ keyword: '[a]' })),
      '10:5',
      /keyword is no setting that.*did you mean `keywords`/,
    ],
    'a block misspelt': ['entrys: {}', '1:1', /entrys is no setting that exists here.*`entries`/],
    'no title': [file(entry({ title: undefined })), '2:3', /title is missing. Fix: write text/],
    'no risk': [file(entry({ risk: undefined })), '2:3', /risk is missing. Fix: write one of `low`, `medium`, `high`/],
    'a risk that is none': [file(entry({ risk: 'hig' })), '7:11', /did you mean `high`/],
    'a name for a group': [file(entry({ group: 'Sales' })), '6:12', /Write|write an object id/],
    'two lines': [file(entry({ opens: '"a\\nb"' })), '5:12', /line breaks.*one line/],
    'half a character': [file(entry({ opens: '"\\uD800"' })), '5:12', /control characters|not readable/],
    'too many words': [file(entry({ title: 'x'.repeat(81) })), '4:12', /too long. Fix: write at most 80/],
    'nothing said': [file(entry({ title: '" "' })), '4:12', /says nothing/],
    'no longest': [file(entry({ longest: undefined })), '2:3', /longest is missing.*`90 days`, or `permanent`/],
    'a length without a unit': [file(entry({ longest: '30' })), '9:14', /30 is no length of time.*number and a unit/],
    'a length of a minute': [file(entry({ longest: '1 min' })), '9:14', /too short.*`1 hour`/],
    'offers in disorder': [file(entry({ durations: '[7 days, 1 day]' })), '10:16', /not in order.*shortest first/],
    'an offer too long': [file(entry({ durations: '[1 day, 60 days]' })), '10:24', /longer than `longest`/],
    'seen by nobody': [file(entry({ visibleTo: '[]' })), '10:16', /names nobody who could see it.*`everybody`/],
    'no approvals': [file(entry({ approvals: undefined })), '2:3', /approvals is missing. Fix: write a list/],
    'six stages': [
      file(entry({ approvals: '[manager, owners, owners, owners, owners, owners]' })),
      '8:16',
      /at most 5/,
    ],
    'an approver who is nobody': [
      file(entry({ approvals: '[boss]' })),
      '8:17',
      /"boss" names nobody.*`manager`, `owners`/,
    ],
    'a panel without a source': [file(entry({ approvals: '[{ need: 2 }]' })), '8:17', /from is missing.*`manager`/],
    'a need of 21': [
      file(entry({ approvals: '[{ from: owners, need: 21 }]' })),
      '8:39',
      /need 21 will not do.*at most 20/,
    ],
    'a need misspelt': [file(entry({ approvals: '[{ from: owners, needs: 2 }]' })), '8:33', /did you mean `need`/],
    'nobody together': [file(entry({ approvals: '[{ together: [] }]' })), '8:29', /at least 1/],
    'one source twice at once': [
      file(entry({ approvals: '[{ together: [owners, owners] }]' })),
      '8:38',
      /twice.*`need: 2`/,
    ],
    'two managers': [
      file(entry({ approvals: '[{ from: manager, need: 2 }]' })),
      '8:17',
      /one person.*\[never-satisfied\]/,
    ],
    'the manager twice': [file(entry({ approvals: '[manager, owners, manager]' })), '8:34', /\[never-satisfied\]/],
    'a high risk for long': [file(entry({ ...high, longest: '91 days' })), '9:14', /more than 90 days \[long-risk\]/],
    'a high risk for ever': [file(entry({ ...high, longest: 'permanent' })), '9:14', /\[long-risk\]/],
    'a high risk with one yes': [file(entry({ risk: 'high' })), '8:16', /one person alone.*\[one-person\]/],
    'a high risk that hangs on two names': [
      file(entry({ risk: 'high', approvals: `[person:${id(8)}, person:${id(9)}]` })),
      '8:16',
      /\[named-people\]/,
    ],
    'a group twice': [file(entry(), entry({}, 'blog')), '14:12', /also the group of `wiki`.*keywords/],
    'a title twice': [file(entry(), entry({ title: 'THE WIKI' }, 'blog', 2)), '12:12', /also the title of `wiki`/],
    'a name with capitals': [file(entry({}, 'Wiki')), '2:3', /Wiki is no name for an entry.*small letters/],
    'a name twice': [file(entry(), entry()), '10:3', /not readable as YAML/],
    'a conflict with nothing': [
      conflict('{ between: [wiki, blok], why: x, then: refuse }'),
      '19:23',
      /did you mean `blog`/,
    ],
    'a conflict of one': [conflict('{ between: [wiki, wiki], why: x, then: refuse }'), '19:16', /with itself/],
    'a conflict of three': [conflict('{ between: [wiki, blog, wiki], why: x, then: refuse }'), '19:16', /at most 2/],
    'a conflict without a result': [conflict('{ between: [wiki, blog], why: x }'), '19:5', /then is missing.*`refuse`/],
    'a conflict that is only noted': [
      conflict('{ between: [wiki, blog], why: x, then: warn }'),
      '19:44',
      /"warn" is nothing that can be done.*`refuse`/,
    ],
    'a conflict that nobody could settle': [
      conflict('{ between: [wiki, blog], why: x, then: { approval: manager } }'),
      '19:56',
      /one person.*\[never-satisfied\]/,
    ],
    'contractors whom there cannot be': [contract('approvals: [manager]'), '1:12', /nobody who could be a contractor/],
    'owners of a contract': [contract('guests: true, approvals: [owners]'), '1:40', /no group that somebody owns/],
    'a contract for two years': [contract('guests: true, approvals: [manager], longest: 730 days'), '1:59', /too long/],
  }
  for (const [what, [text, where, said]] of Object.entries(faults))
    it(`says where and how to mend ${what}`, () => {
      const { message } = refusal(text)
      assert.match(message, /^The catalogue has a fault:\n/, message)
      assert.match(message, said)
      assert.ok(message.includes(`catalogue.yaml:${where}`), `${where}: ${message}`)
    })

  it('names all faults in one message, in the order of the file', () => {
    const { message } = refusal(file(entry({ risk: 'none', title: undefined }), entry({ longest: 'ever' }, 'blog', 2)))
    assert.match(message, /^The catalogue has 3 faults:\n.*:2:3 .*title.*\n.*:6:11 .*risk.*\n.*longest/)
  })

  it('holds 2000 entries and no more', () => {
    const many = (count: number) => file(...Array.from({ length: count }, (_, n) => entry({}, `wiki-${n}`, n)))
    assert.equal(loadCatalogue(many(2000), 'catalogue.yaml').entries.length, 2000)
    assert.match(refusal(many(2001)).message, /more than 2000/)
    assert.match(refusal(`# ${'x'.repeat(5_000_000)}`).message, /longer than/)
  })

  it('gives a catalogue or a PolicyError for any text, and nothing else', () => {
    const lines = example.split('\n')
    const cut = fc
      .tuple(fc.nat(lines.length - 1), fc.string({ maxLength: 30 }))
      .map(([index, text]) => lines.with(index, text).join('\n'))
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 200 }), cut), (text) => {
        try {
          assert.match(loadCatalogue(text, 'catalogue.yaml').version, /^[0-9a-f]{12}$/)
        } catch (error) {
          assert.ok(error instanceof PolicyError, String(error))
          for (const { line, column } of error.faults) assert.ok(line >= 1 && column >= 1)
        }
      }),
      { numRuns: 1000 },
    )
  })
})
