import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { z } from 'zod'
import { compileEntries } from '../../../bot/access/find-entries.ts'
import type { Entry } from '../../../bot/policy/catalogue/catalogue.ts'
import { type CastKey, cast } from '../../../infra/practice/company/seed.ts'
import { practiceEntries, searchedEntries, sightOf } from './practice-entries.ts'

const known = z.string().refine((key): key is CastKey => key in cast)
const ask = z.strictObject({ text: z.string(), as: known, want: z.string().nullable() })
const asks = readFileSync(new URL('./asks.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => ask.parse(JSON.parse(line)))

const find = compileEntries(searchedEntries)
const everybody = () => true
const keys = (entries: readonly Entry[]) => entries.map(({ key }) => key)
const found = (text: string, visible: (entry: Entry) => boolean = everybody) => keys(find(text, visible))

describe('finding what people call a system', () => {
  it('has a labelled set worth its name', () => {
    assert.ok(asks.length >= 240, `${asks.length} asks`)
    const wanted = new Set(asks.map(({ want }) => want))
    for (const { key } of practiceEntries) assert.ok(wanted.has(key), `nobody asks for ${key}`)
    for (const { as, want } of asks) {
      const entry = practiceEntries.find(({ key }) => key === want)
      assert.equal(entry === undefined, want === null, `${want} is no entry`)
      if (entry) assert.ok(sightOf(as)(entry), `${as} may not see ${want}`)
    }
  })

  it('finds the right one in the top three for 98 of 100 asks, and shows nobody what they may not see', () => {
    const results = asks.map(({ text, as, want }, number) => {
      const visible = sightOf(as)
      const entries = find(text, visible)
      for (const entry of entries) assert.ok(visible(entry), `${as} was shown ${entry.key} for “${text}”`)
      const right = want === null ? entries.length === 0 : keys(entries).slice(0, 3).includes(want)
      // Every third ask was not looked at while the search was made.
      return { text, as, want, right, first: keys(entries)[0] ?? null, blind: number % 3 === 2 }
    })
    const share = (of: readonly { readonly right: boolean }[]) => of.filter(({ right }) => right).length / of.length
    const there = results.filter(({ want }) => want !== null)
    const notThere = results.filter(({ want }) => want === null)
    const firstIsRight = there.map(({ first, want }) => ({ right: first === want }))
    const figures: readonly (readonly [string, readonly { readonly right: boolean }[]])[] = [
      ['in the top three', there],
      ['of those in the blind third', there.filter(({ blind }) => blind)],
      ['first of all', firstIsRight],
      ['nothing found where there is nothing', notThere],
    ]
    for (const [what, of] of figures)
      console.log(
        `      ${what}: ${of.filter(({ right }) => right).length} of ${of.length} (${(100 * share(of)).toFixed(1)} %)`,
      )
    const wrong = results.filter(({ right }) => !right).map(({ as, text }) => `${as}: ${text}`)
    assert.ok(share(there) >= 0.98, wrong.join('\n'))
    assert.ok(share(there.filter(({ blind }) => blind)) >= 0.98, wrong.join('\n'))
    assert.ok(share(notThere) >= 0.9, wrong.join('\n'))
  })

  it('offers the roles of one system together', () => {
    assert.deepEqual(found('crm').toSorted(), ['crm-edit', 'crm-read'])
    assert.deepEqual(found('I need the invoices').toSorted(), ['invoice-approvers', 'invoice-entry'])
  })

  it('puts the role that was named first', () => {
    assert.equal(found('change things in the CRM')[0], 'crm-edit')
    assert.equal(found('only look at the CRM')[0], 'crm-read')
  })

  it('finds several that were asked for at once', () => {
    assert.deepEqual(found('vpn, parking and the newsletter').toSorted(), ['newsletter', 'parking', 'vpn'])
  })

  it('finds by what only the directory says', () => {
    const [one] = searchedEntries
    assert.ok(one)
    const group = { displayName: 'GRP-Nautilus', mailNickname: 'grp.nautilus', description: 'Anchor chains' }
    const search = compileEntries([{ entry: one.entry, group }])
    for (const text of ['nautilus', 'Nautilis', 'grp.nautilus', 'anchor chain'])
      assert.deepEqual(keys(search(text, everybody)), [one.entry.key], text)
    assert.deepEqual(keys(compileEntries([{ entry: one.entry, group: undefined }])('nautilus', everybody)), [])
  })

  it('finds a system that is called by words which otherwise say nothing', () => {
    const [one] = practiceEntries
    assert.ok(one)
    const search = compileEntries([{ entry: { ...one, system: 'Access', title: 'What Next?' }, group: undefined }])
    assert.equal(search('access', everybody).length, 1)
    assert.equal(search('what next', everybody).length, 1)
    assert.equal(search('what', everybody).length, 0)
  })

  it('reads other scripts, accents and look-alike letters', () => {
    const [one] = practiceEntries
    assert.ok(one)
    const search = compileEntries([
      { entry: { ...one, title: 'Lönebesked', keywords: ['給与明細'] }, group: undefined },
    ])
    for (const text of ['lonebesked', 'LÖNEBESKED', '給与明細', 'lönеbesked'])
      assert.equal(search(text, everybody).length, 1, text)
  })

  it('finds nothing in nothing, in courtesy, and in what is not there', () => {
    for (const text of ['', ' \n', '???', 'please', 'I need access', 'can you give me the thing', 'submarine', '🙂'])
      assert.deepEqual(found(text), [], text)
  })

  it('looks at the first 300 characters', () => {
    assert.deepEqual(found(`${'please '.repeat(50)}vpn`), [])
    assert.deepEqual(found(`vpn ${'please '.repeat(50)}`), ['vpn'])
  })

  const words = searchedEntries.flatMap(({ entry }) => [entry.title, entry.system, entry.opens, ...entry.keywords])
  const typed = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 400 }),
    fc
      .array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 8 })), { maxLength: 12 })
      .map((some) => some.join(' ')),
  )
  const sight = fc.subarray(searchedEntries.map((_, number) => number))

  it('answers any text as if what is not visible did not exist: not even order or emptiness tells of it', () => {
    fc.assert(
      fc.property(typed, sight, (text, numbers) => {
        const seen = new Set(numbers.map((number) => practiceEntries[number]))
        const shown = find(text, (entry) => seen.has(entry))
        assert.ok(shown.length <= 5 && new Set(shown).size === shown.length)
        for (const entry of shown) assert.ok(seen.has(entry))
        const alone = compileEntries(searchedEntries.filter(({ entry }) => seen.has(entry)))
        assert.deepEqual(keys(shown), keys(alone(text, everybody)))
      }),
      { numRuns: 500 },
    )
  })

  it('stays quick with 2000 entries, whatever is typed', () => {
    const many = Array.from({ length: 2000 }, (_, number) => searchedEntries[number % searchedEntries.length])
      .filter((one) => one !== undefined)
      .map(({ entry, group }, number) => {
        const keywords = [...entry.keywords, `plant ${number}`, `unit${(number * 7919).toString(36)}`]
        return { entry: { ...entry, key: `${entry.key}-${number}`, keywords }, group }
      })
    const search = compileEntries(many)
    const texts = [
      'a'.repeat(100_000),
      `${'customer '.repeat(40)}`,
      Array.from({ length: 60 }, (_, number) => `unit${number}q`).join(' '),
      `${'ab-'.repeat(20_000)}`,
      `${"'".repeat(50_000)}s`,
      ...fc.sample(typed, 50),
    ]
    for (const text of texts) {
      const from = performance.now()
      search(text, everybody)
      const took = performance.now() - from
      // Milliseconds in truth; the bound allows for a busy machine, and not for work that grows with the text.
      assert.ok(took < 2000, `${took} ms for ${text.slice(0, 40)}`)
    }
  })
})
