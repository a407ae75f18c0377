import assert from 'node:assert/strict'
import { askContent, knownOf, knownOn } from '../../../../bot/approvals/requests/ask-card.ts'
import { showNews } from '../../../../bot/approvals/requests/news.ts'
import { type PersonFacts, personFacts } from '../../../../bot/approvals/requests/person-facts.ts'
import type { AccessRequest, Ask, Terms } from '../../../../bot/approvals/requests/request.ts'
import { whoDecides } from '../../../../bot/approvals/requests/who-decides.ts'
import type { ChannelName } from '../../../../bot/channels/chat.ts'
import type { Directory, DirectoryUser } from '../../../../bot/directory/directory.ts'
import { DirectoryError } from '../../../../bot/directory/directory-error.ts'
import type { Stage } from '../../../../bot/policy/catalogue/catalogue.ts'
import { changePosts, writePosts } from '../../../../bot/turns/outbox.ts'
import { renderCard } from '../../../../cards/render.ts'
import { renderMessage } from '../../../../cards/slack.ts'
import { buttonsIn, wordsInSlack, wordsInTeams } from '../../../cards/shown.ts'
import { startTestPostgres, type TestPostgres } from '../../../support/postgres.ts'
import { days, somebody, startClock } from '../../identity/people.ts'

const ada = somebody('Ada Lindqvist')
const [maya, hugo, meera] = [somebody('Maya Okonkwo'), somebody('Hugo Ferreira'), somebody('Meera Iyer')]
const photo = 'data:image/jpeg;base64,AAAA'
const at = '2026-03-02T09:00:10.000Z'

function askOf(number: number, changed: Partial<Ask> = {}): Ask {
  const approver = { id: maya.id, name: maya.name }
  const times = { askedAt: at, remindAt: null, handOverAt: null, decidedAt: null }
  const said = { state: 'asked', insteadOf: null, reminders: 0, reason: null, proof: null } as const
  const place = { stage: 0, panel: 0, approver, as: 'manager of Ada Lindqvist', hash: 'a'.repeat(64) }
  return { id: `r:${number}`, ...place, ...said, ...times, ...changed }
}

function requestOf(changed: Partial<Terms> = {}, asks: readonly Ask[] = [askOf(1)], stages?: readonly Stage[]) {
  const request: AccessRequest = {
    id: 'r',
    tenant: ada.tenant,
    state: 'open',
    terms: {
      kind: 'access',
      requester: { id: ada.id, name: ada.name },
      person: { id: ada.id, name: ada.name },
      entry: 'sales-dashboard',
      title: 'Sales dashboard (read)',
      opens: 'See the figures of the sales team',
      group: null,
      risk: 'low',
      reason: 'For the quarterly report',
      startsAt: null,
      lasts: { for: 7 * days },
      conflicts: [],
      extends: null,
      ...changed,
    },
    earlier: [],
    stages: stages ?? [[{ from: 'manager', need: 1 }]],
    stage: 0,
    asks,
    questions: [],
    askedAt: at,
    expiresAt: '2026-03-09T09:00:10.000Z',
    decidedAt: null,
    ending: null,
    correlationId: 'c1',
  }
  return request
}

const ground = { channelIsStrong: (channel: ChannelName | undefined) => channel === 'teams' }
const facts: PersonFacts = {
  photo,
  jobTitle: 'Account executive',
  department: 'Sales',
  manager: 'Maya Okonkwo',
  groups: ['All Employees', 'Sales'],
  more: 3,
  evenMore: false,
}

function shown(request: AccessRequest, known = knownOf(facts)) {
  const content = askContent(ground, request, askOf(1), known)
  const teams = renderCard(content, 'access-ask:r:1')
  const { blocks } = renderMessage(content, 'access-ask:r:1')
  return { teams, blocks, inTeams: wordsInTeams(teams).join('\n'), inSlack: wordsInSlack(blocks).join('\n') }
}

describe('the card that asks an approver', () => {
  it('says everything that has to be known, in both looks', () => {
    const conflicts = ['Whoever enters invoices must not pay them.']
    const { inTeams, inSlack } = shown(requestOf({ conflicts }))
    for (const words of [
      'Ada Lindqvist asks for access',
      'Account executive, Sales. Manager: Maya Okonkwo',
      'Sales dashboard (read)',
      'See the figures of the sales team',
      'For the quarterly report',
      '7 days from approval',
      'as soon as it is approved',
      'Low: little harm',
      'manager of Ada Lindqvist',
      'Only you are asked.',
      'All Employees, Sales and 3 more',
      'Conflict: Whoever enters invoices must not pay them.',
    ]) {
      assert.ok(inTeams.includes(words), `Teams does not say: ${words}`)
      assert.ok(inSlack.includes(words), `Slack does not say: ${words}`)
    }
  })

  it('says what a contract takes away, which is no conflict', () => {
    const conflicts = ['At the end the account is disabled and taken out of every group: it is in 4 groups now.']
    const { inTeams, inSlack } = shown(requestOf({ kind: 'contract', entry: null, conflicts }))
    for (const words of [inTeams, inSlack]) {
      assert.match(words, /taken out of every group: it is in 4 groups now/)
      assert.doesNotMatch(words, /Conflict/)
    }
  })

  it('shows the photo in Teams; Slack could not fetch it', () => {
    const { teams, blocks } = shown(requestOf())
    assert.ok(JSON.stringify(teams).includes(photo))
    assert.ok(!JSON.stringify(blocks).includes('data:'))
    assert.ok(!JSON.stringify(shown(requestOf(), knownOf(undefined)).teams).includes('"Image"'))
  })

  it('asks for a code where the chat counts for less or much is at stake', () => {
    const titles = (card: ReturnType<typeof shown>) => [
      (card.teams.actions as { title: string }[])[0]?.title,
      buttonsIn(card.blocks)[0],
    ]
    assert.deepEqual(titles(shown(requestOf())), ['Approve', 'Approve…'])
    assert.deepEqual(titles(shown(requestOf({ risk: 'high' }))), ['Approve…', 'Approve…'])
  })

  it('has no more buttons than Teams shows', () => {
    assert.ok((shown(requestOf()).teams.actions as unknown[]).length <= 6)
  })

  it('says for whom, from when and until when, and what was asked for before', () => {
    const person = { id: hugo.id, name: hugo.name }
    const lasts = { until: '2027-04-30T23:59:59.000Z' }
    const request = requestOf({ person, lasts, startsAt: '2027-04-01T00:00:00.000Z' })
    const { inTeams } = shown({ ...request, earlier: [{ ...request.terms, lasts: 'permanent' }] })
    assert.match(inTeams, /Ada Lindqvist asks for access for Hugo Ferreira/)
    assert.match(inTeams, /until 30 April 2027 \(was for good\)/)
    assert.match(inTeams, /^1 April 2027$/m)
  })

  it('keeps what it knew of the person when it is drawn anew', () => {
    const content = askContent(ground, requestOf(), askOf(1), knownOf(facts))
    assert.deepEqual(knownOn(content), knownOf(facts))
    assert.deepEqual(knownOn({ card: 'message', data: {} }), { about: '', has: '', photo: undefined })
  })

  it('says how many others are asked and how many must say yes', () => {
    const stages: readonly Stage[] = [
      [
        { from: 'manager', need: 1 },
        { from: 'owners', need: 2 },
      ],
      [{ from: 'owners', need: 1 }],
    ]
    const owner = (number: number, person: typeof hugo, state: Ask['state']) =>
      askOf(number, { panel: 1, approver: { id: person.id, name: person.name }, state })
    const asks = [askOf(1), owner(2, hugo, 'asked'), owner(3, meera, 'approved'), owner(4, ada, 'delegated')]
    const request = requestOf({}, asks, stages)
    assert.equal(
      whoDecides(request, askOf(1)),
      'Only you are asked. At the same time 2 other people are asked, who must all say yes, too. After that, 1 more must say yes.',
    )
    assert.match(
      whoDecides(request, owner(2, hugo, 'asked')),
      /^1 other person is asked with you; 2 of you must say yes\. 1 said yes\./,
    )
  })
})

describe('what the directory says of the person', () => {
  const nothing = async () => {
    throw new DirectoryError('unreachable', { sentence: 'Not now.', detail: 'down' })
  }
  const user = { displayName: 'Maya Okonkwo', jobTitle: 'Head', department: '' } as DirectoryUser
  const directoryOf = (changed: Partial<Directory>) =>
    ({
      user: nothing,
      manager: nothing,
      photo: nothing,
      groupsOf: nothing,
      ...changed,
    }) as Partial<Directory> as Directory

  it('is left out where it does not answer', async () => {
    const found = await personFacts({ directory: directoryOf({}) }, requestOf())
    assert.deepEqual(knownOf(found), { about: '', has: '', photo: undefined })
  })

  it('names eight groups and counts the others', async () => {
    const groups = Array.from({ length: 11 }, (_, index) => ({ displayName: `Group ${index}` }))
    const groupsOf = async () => ({ groups, more: false }) as unknown as Awaited<ReturnType<Directory['groupsOf']>>
    const found = await personFacts({ directory: directoryOf({ groupsOf, user: async () => user }) }, requestOf())
    assert.equal(found.groups?.length, 8)
    assert.match(knownOf(found).has, /Group 7 and 3 more$/)
    assert.equal(knownOf(found).about, 'Head')
    assert.match(knownOf({ ...found, more: 92, evenMore: true }).has, /and more than 92 others$/)
    assert.equal(knownOf({ ...found, groups: [] }).has, 'nothing that I know of')
  })

  it('takes no photo that is too large or none at all', async () => {
    for (const odd of [
      `data:image/jpeg;base64,${'A'.repeat(12_000)}`,
      'https://evil.example/a.png',
      'data:text/html,x',
    ]) {
      const found = await personFacts({ directory: directoryOf({ photo: async () => odd }) }, requestOf())
      assert.equal(found.photo, undefined)
    }
    const found = await personFacts({ directory: directoryOf({ photo: async () => photo }) }, requestOf())
    assert.equal(found.photo, photo)
  })
})

describe('news of a request', () => {
  const clock = startClock()
  let postgres: TestPostgres
  before(async () => {
    postgres = await startTestPostgres()
  })
  after(() => postgres.close())

  async function show(request: AccessRequest, news: Parameters<typeof showNews>[3]) {
    return await postgres.database.transaction().execute(async (transaction) => {
      const drawn = await showNews(transaction, ground, request, news, { facts: undefined })
      const keys = await writePosts(transaction, drawn.posts, clock.now)
      await changePosts(transaction, drawn.changes, clock.now)
      return { ...drawn, keys }
    })
  }

  it('tells nobody twice when a step is done again', async () => {
    const request = requestOf()
    const news = [
      { kind: 'ask', ask: askOf(1) },
      { kind: 'progress', sentence: 'Maya Okonkwo is being asked now.' },
    ] as const
    assert.equal((await show(request, news)).keys.length, 2)
    assert.deepEqual((await show(request, news)).keys, [])
  })

  it('gives every step its own key, and one message for all that it brings', async () => {
    const progress = { kind: 'progress', sentence: 'On it goes.' } as const
    const first = await show(requestOf({}, [askOf(1), askOf(2)]), [progress, progress])
    const second = await show(requestOf({}, [askOf(1, { state: 'approved' }), askOf(2)]), [progress])
    assert.equal(first.keys.length, 1)
    assert.equal(second.keys.length, 1)
    assert.notDeepEqual(first.keys, second.keys)
  })

  it('reminds by a message that is over when the card is', async () => {
    const reminded = askOf(7, { reminders: 1 })
    await show(requestOf({}, [reminded]), [{ kind: 'ask', ask: askOf(7) }])
    const { posts } = await show(requestOf({}, [reminded]), [{ kind: 'remind', ask: reminded }])
    assert.match(JSON.stringify(posts), /has been waiting for your answer since 2026-03-02 09:00 UTC/)
    const closed = await show(requestOf({}, [reminded]), [{ kind: 'close', ask: reminded, sentence: 'You denied it.' }])
    assert.deepEqual(closed.changes.map(({ key }) => key).sort(), ['access-ask:r:7', 'access-reminder:r:7:1'])
    assert.ok(closed.changes.every(({ content }) => 'card' in content && content.closed === 'You denied it.'))
    // Over is over: nothing draws it anew.
    assert.deepEqual((await show(requestOf(), [{ kind: 'redraw', ask: reminded }])).changes, [])
  })

  it('does not write to a contractor, who may not be there', async () => {
    const person = { id: hugo.id, name: hugo.name }
    const told = async (kind: Terms['kind']) =>
      (await show({ ...requestOf({ kind, person }), id: kind }, [{ kind: 'look-for-approvers' }])).posts.length
    assert.equal(await told('contract'), 0)
    assert.equal(await told('access'), 1)
  })
})
