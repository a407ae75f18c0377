import assert from 'node:assert/strict'
import { entryIndex } from '../../../bot/access/entry-index.ts'
import type { GroupFacts } from '../../../bot/directory/directory.ts'
import { DirectoryError } from '../../../bot/directory/directory-error.ts'
import { type GroupId, tenantId, userId } from '../../../bot/identity/person.ts'
import { loadCatalogue } from '../../../bot/policy/catalogue/load.ts'
import { practiceCatalogue } from '../../../infra/practice/catalogue.ts'
import { type CastKey, wellKnown } from '../../../infra/practice/company/seed.ts'
import { groupsOf } from './practice-entries.ts'

const tenant = tenantId.parse('7a1c3b52-0d6e-4f43-9a57-3f1f5d2c8e10')
const catalogue = loadCatalogue(practiceCatalogue(), 'catalogue.yaml')
const person = (key: CastKey) => ({ tenant, id: userId.parse(wellKnown[key].id) })
const keys = (entries: readonly { readonly key: string }[]) => entries.map(({ key }) => key)

/** A directory that counts what it is asked, and can be away. */
function opened() {
  const state = {
    now: Date.parse('2026-11-20T09:00:00Z'),
    away: false,
    asked: 0,
    left: new Set<string>(),
    name: 'Nautilus',
  }
  const answering = () => {
    state.asked++
    if (state.away) throw new DirectoryError('unreachable', { sentence: 'It does not answer.', detail: 'timeout' })
  }
  const cast = new Map((['ada', 'hrManager', 'tomas'] as const).map((key) => [person(key).id, groupsOf(key)]))
  const directory = {
    async memberOf(id: ReturnType<typeof userId.parse>, groups: readonly GroupId[]) {
      answering()
      return groups.filter((group) => !state.left.has(id) && cast.get(id)?.has(group) === true)
    },
    async groups(ids: readonly GroupId[]): Promise<readonly GroupFacts[]> {
      answering()
      return ids.slice(0, 1).map((id) => ({
        id,
        displayName: state.name,
        mailNickname: undefined,
        mail: undefined,
        roleAssignable: false,
        dynamic: false,
        unified: false,
        mailEnabled: false,
        securityEnabled: true,
        sourceOfAuthority: 'entra',
      }))
    },
  }
  return { state, index: entryIndex({ directory, catalogue, clock: () => new Date(state.now) }) }
}

describe('what somebody can ask for', () => {
  it('is found and read by those who may see it, and does not exist for others', async () => {
    const { index } = opened()
    assert.deepEqual(keys(await index.search(person('hrManager'), 'personnel files')), ['hr-files'])
    assert.deepEqual(keys(await index.search(person('ada'), 'personnel files')), [])
    assert.equal((await index.entry(person('hrManager'), 'hr-files'))?.title, 'Personnel files (read)')
    assert.equal(await index.entry(person('ada'), 'hr-files'), undefined)
    assert.equal(await index.entry(person('ada'), 'no-such-thing'), undefined)
    assert.equal((await index.entry(person('ada'), 'vpn'))?.key, 'vpn')
  })

  it('is asked of the directory once a minute for each person', async () => {
    const { index, state } = opened()
    const hr = person('hrManager')
    for (let time = 0; time < 5; time++) await index.search(hr, 'personnel files')
    assert.equal(state.asked, 1)
    await index.search(person('ada'), 'personnel files')
    assert.equal(state.asked, 2)
    state.left.add(hr.id)
    state.now += 60_000
    assert.equal(await index.entry(hr, 'hr-files'), undefined)
  })

  it('is only what everybody may see while the directory is away, and all again afterwards', async () => {
    const { index, state } = opened()
    const hr = person('hrManager')
    state.away = true
    assert.deepEqual(keys(await index.search(hr, 'personnel files')), [])
    assert.deepEqual(keys(await index.search(hr, 'vpn')), ['vpn'])
    assert.equal(await index.entry(hr, 'hr-files'), undefined)
    state.away = false
    assert.equal((await index.entry(hr, 'hr-files'))?.key, 'hr-files')
  })

  it('is found by the name of its group, as the directory had it when it last answered', async () => {
    const { index, state } = opened()
    const ada = person('ada')
    assert.deepEqual(keys(await index.search(ada, 'nautilus')), [])
    await index.refresh()
    assert.deepEqual(keys(await index.search(ada, 'nautilus')), ['sales-dashboard'])
    state.away = true
    state.name = 'Albatross'
    await assert.rejects(index.refresh(), DirectoryError)
    assert.deepEqual(keys(await index.search(ada, 'nautilus')), ['sales-dashboard'])
    state.away = false
    await index.refresh()
    assert.deepEqual(keys(await index.search(ada, 'albatross')), ['sales-dashboard'])
    assert.deepEqual(keys(await index.search(ada, 'nautilus')), [])
  })

  it('needs no directory where everybody may see everything', async () => {
    const open = loadCatalogue(
      `entries: { wiki: { system: Wiki, title: Wiki, opens: Read, group: ${catalogue.entries[0]?.group}, risk: low, approvals: [manager], longest: permanent } }`,
      'catalogue.yaml',
    )
    const never = () => Promise.reject(new Error('was asked'))
    const index = entryIndex({
      directory: { memberOf: never, groups: never },
      catalogue: open,
      clock: () => new Date(),
    })
    assert.deepEqual(keys(await index.search(person('ada'), 'wiki')), ['wiki'])
  })
})
