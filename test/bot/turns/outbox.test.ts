import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Content, Place } from '../../../bot/channels/chat.ts'
import {
  type DialogChange,
  type DialogRow,
  latestDialog,
  postAndDialog,
  StaleDialog,
  writeDialog,
} from '../../../bot/turns/dialog-rows.ts'
import { changePosts, markSent, type PostDraft, readPost, writePosts } from '../../../bot/turns/outbox.ts'
import { startTestPostgres, type TestPostgres } from '../../support/postgres.ts'
import { somebody, startClock } from '../identity/people.ts'

const text = (words: string): Content => ({ text: words })
const place = (message: string): Place => ({ channel: 'teams', conversation: 'c', message, serviceUrl: '' })

describe('what a turn writes', () => {
  const clock = startClock()
  const ada = somebody('Ada')
  let postgres: TestPostgres
  before(async () => {
    postgres = await startTestPostgres()
  })
  after(() => postgres.close())
  beforeEach(async () => {
    await postgres.database.deleteFrom('posts').execute()
    await postgres.database.deleteFrom('dialogs').execute()
  })

  const draft = (key: string, words: string, more: Partial<PostDraft> = {}): PostDraft => ({
    key,
    to: { tenant: ada.tenant, person: ada.id },
    content: text(words),
    correlationId: 'c1',
    ...more,
  })
  const shows = async (key: string) => {
    const post = await readPost(postgres.database, key)
    return post && [post.state, 'text' in post.content ? post.content.text : '', post.place?.message]
  }
  /** Brings a post out as far as our tables know. */
  const stands = async (key: string, message: string) => {
    const post = await readPost(postgres.database, key)
    assert.ok(post)
    await markSent(postgres.database, [{ post, place: place(message) }])
  }

  async function open(): Promise<DialogRow> {
    const row: DialogRow = {
      id: randomUUID(),
      tenant: ada.tenant,
      person: ada.id,
      name: 'reset-password',
      correlationId: 'c1',
      state: 'open',
      channel: 'teams',
      memory: {},
      asked: undefined,
      waitsFor: undefined,
      seen: [],
      version: 0,
      stored: false,
      openedAt: clock.now(),
    }
    await writeDialog(postgres.database, row, change({}), 'a1', clock.now)
    const written = await latestDialog(postgres.database, ada)
    assert.ok(written)
    return written
  }

  function change(of: Partial<DialogChange>): DialogChange {
    const expiresAt = new Date(clock.now().getTime() + 60_000)
    return { state: 'open', memory: {}, asked: 'q', waitsFor: undefined, posts: [], changes: [], expiresAt, ...of }
  }

  it('is the dialog and its posts, given back to be brought out in their order', async () => {
    const row = await open()
    await writePosts(postgres.database, [draft('old', 'The question.')], clock.now)
    await stands('old', '7')
    clock.forward(1_000)
    const posts = [draft('first', 'One.'), draft('second', 'Two.')]
    const changes = [{ key: 'old', content: text('Answered.') }]
    const written = await writeDialog(postgres.database, row, change({ posts, changes }), 'a2', clock.now)
    assert.deepEqual(
      written.map(({ key, state, place: at }) => [key, state, at?.message]),
      [
        ['old', 'changed', '7'],
        ['first', 'due', undefined],
        ['second', 'due', undefined],
      ],
    )
    const now = await latestDialog(postgres.database, ada)
    assert.deepEqual([now?.version, now?.seen], [2, ['a1', 'a2']])
  })

  it('is nothing at all when another replica wrote first', async () => {
    const row = await open()
    await writePosts(postgres.database, [draft('old', 'The question.')], clock.now)
    await writeDialog(postgres.database, row, change({}), 'a2', clock.now)
    const late = change({ posts: [draft('new', 'Late.')], changes: [{ key: 'old', content: text('Late.') }] })
    await assert.rejects(writeDialog(postgres.database, row, late, 'a3', clock.now), StaleDialog)
    assert.deepEqual([await shows('new'), await shows('old')], [undefined, ['due', 'The question.', undefined]])
    const again = { ...row, id: randomUUID(), stored: false }
    await assert.rejects(writeDialog(postgres.database, again, late, 'a3', clock.now), StaleDialog)
    assert.equal(await shows('new'), undefined)
  })

  it('is found though a replica with a faster clock has ended another dialog before: the open one comes first', async () => {
    clock.forward(90_000)
    const ended = await open()
    await writeDialog(postgres.database, ended, change({ state: 'cancelled', asked: undefined }), 'a2', clock.now)
    clock.forward(-90_000)
    const begun = await open()
    assert.notEqual(begun.id, ended.id)
    assert.equal(begun.state, 'open')
    await writePosts(postgres.database, [draft('button', 'Press.')], clock.now)
    const { latest } = await postAndDialog(postgres.database, 'button', ada)
    assert.equal(latest?.id, begun.id)
  })

  it('shows what is said and changed in one turn as it was changed', async () => {
    const row = await open()
    const posts = [draft('said', 'Before.'), draft('asked', 'Before?', { askedAgain: true })]
    const changes = ['said', 'asked'].map((key) => ({ key, content: text('After.') }))
    await writeDialog(postgres.database, row, change({ posts, changes }), 'a2', clock.now)
    assert.deepEqual(
      [await shows('said'), await shows('asked')],
      [
        ['due', 'After.', undefined],
        ['due', 'After.', undefined],
      ],
    )
  })

  it('says nothing twice, and asks again below what was said since', async () => {
    await writePosts(postgres.database, [draft('said', 'Once.'), draft('asked', 'Well?')], clock.now)
    for (const key of ['said', 'asked']) await stands(key, '1')
    const written = await writePosts(
      postgres.database,
      [draft('said', 'Twice.'), draft('asked', 'Well then?', { askedAgain: true }), draft('asked', 'A third.')],
      clock.now,
    )
    assert.deepEqual(written, ['asked'])
    assert.deepEqual(await shows('said'), ['sent', 'Once.', '1'])
    assert.deepEqual(await shows('asked'), ['due', 'Well then?', undefined])
  })

  it('changes a card where it was pressed, though nobody had written down where it stands', async () => {
    const row = await open()
    await writePosts(postgres.database, [draft('card', 'Well?')], clock.now)
    const sending = await readPost(postgres.database, 'card')
    assert.ok(sending)
    const changes = [{ key: 'card', content: text('Yes.'), standsAt: place('9') }]
    const [changed] = await writeDialog(postgres.database, row, change({ changes }), 'a2', clock.now)
    assert.deepEqual([changed?.state, changed?.place?.message], ['changed', '9'])
    // Whoever sent the card writes it down only now: the change stays to be shown.
    await markSent(postgres.database, [{ post: sending, place: place('9') }])
    assert.deepEqual(await shows('card'), ['changed', 'Yes.', '9'])
  })

  it('marks all that was sent, and leaves what was changed meanwhile to be changed', async () => {
    await writePosts(postgres.database, [draft('one', '1'), draft('two', '2')], clock.now)
    const sent = await Promise.all(['one', 'two'].map((key) => readPost(postgres.database, key)))
    await changePosts(postgres.database, [{ key: 'two', content: text('2b') }], clock.now)
    const known = sent.flatMap((post) => post ?? [])
    await markSent(
      postgres.database,
      known.map((post) => ({ post, place: place(post.key) })),
    )
    assert.deepEqual(await shows('one'), ['sent', '1', 'one'])
    assert.deepEqual(await shows('two'), ['changed', '2b', 'two'])
  })

  it('marks also what somebody else holds just then', async () => {
    await writePosts(postgres.database, [draft('free', '1'), draft('held', '2')], clock.now)
    const sent = await Promise.all(['free', 'held'].map((key) => readPost(postgres.database, key)))
    let marking: Promise<void> | undefined
    await postgres.database.transaction().execute(async (transaction) => {
      await changePosts(transaction, [{ key: 'held', content: text('2b') }], clock.now)
      const known = sent.flatMap((post) => post ?? [])
      marking = markSent(
        postgres.database,
        known.map((post) => ({ post, place: place(post.key) })),
      )
      // The free one does not wait for the held one.
      while ((await shows('free'))?.[0] !== 'sent') await new Promise((resolve) => setTimeout(resolve, 10))
    })
    await marking
    assert.deepEqual(await shows('held'), ['changed', '2b', 'held'])
  })
})
