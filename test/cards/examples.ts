import { readdirSync } from 'node:fs'

/** What a template is bound to: at least one set of data for each branch that it has. */
export interface Example {
  readonly data: Readonly<Record<string, unknown>>
  /** Where it is shown; a posted card when not given. */
  readonly as?: 'window' | 'home'
  /** It shows a picture that Slack cannot, so that the words differ. */
  readonly picture?: true
}

const choices = [
  { title: 'The first', ids: { choice: 'one' } },
  { title: 'The second', ids: { choice: 'two' } },
]
const dialogs = [
  { title: 'Reset my password', ids: { dialog: 'reset-password' } },
  { title: 'Talk to a human', ids: { dialog: 'talk-to-human' } },
]
const facts = [
  { title: 'When', value: '1 January 2026, 09:00 UTC' },
  { title: 'Where', value: 'in the chat' },
]
const questions = [
  { text: 'What was the name of your first pet?', ids: { id: 'answer-1' } },
  { text: 'Where did your parents meet?', ids: { id: 'answer-2' } },
]
const openedAt = '2026-01-01T09:00:00Z'
const tickets = [
  { number: 1001, title: 'Password reset', state: 'closed', outcome: 'Done.', ids: { openedAt } },
  { number: 1002, title: 'Talk to a human', state: 'open', outcome: '', ids: { openedAt } },
]

const incident = { title: 'High urgency: this was not me', facts }
/** The buttons that are on the card that heads a thread: one of each that is named, none of the others. */
const buttons = (shown: readonly string[]) =>
  Object.fromEntries(
    ['take', 'resolve', 'verify', 'freeze', 'confirm'].map((name) => [name, shown.includes(name) ? [{}] : []]),
  )
const threads = [
  {
    number: 1002,
    title: 'Somebody asks for a person',
    who: 'Ada Example, Accountant, Finance',
    state: 'nobody has it yet',
    ids: { openedAt },
  },
]

const accessAsk = {
  heading: 'Ada Example asks for access',
  name: 'Ada Example',
  about: 'Accountant, Finance. Manager: Max Manager',
  has: 'Everybody, Finance readers and 3 more',
  conflicts: [],
  facts: [
    { title: 'What', value: 'Sales dashboard (read)' },
    { title: 'Why, in their words', value: 'For the quarterly report' },
    { title: 'How long', value: '7 days from approval (was 30 days)' },
  ],
  questions: [],
}
const askIds = { ask: 'request-1:1', hash: 'abc', askedAt: openedAt, codeInTeams: false, codeInSlack: false }
const accessFacts = [
  { title: 'What', value: 'Sales dashboard (read)' },
  { title: 'How long', value: '7 days from approval' },
]
const lengths = [
  { title: '7 days', ids: { lasts: '604800000' } },
  { title: 'Until the end of a day', ids: { lasts: 'date' } },
]
const delegates = [{ title: 'Zoë Example, Clerk, Finance', ids: { to: 'person-1' } }]

const entries = [
  { name: 'Sales dashboard (read)', about: 'See the figures of the sales team' },
  { name: 'Finance reports (read)', about: 'Read the reports of Finance' },
]

/** Example data for every template of cards/, by its name. A template without any fails the tests. */
export const examples: Readonly<Record<string, readonly Example[]>> = {
  'access-confirm': [
    { data: { title: 'Shall I ask for this?', facts, conflicts: [], choices } },
    { data: { title: 'Shall I ask for this?', facts, conflicts: [{ text: 'It does not go with it.' }], choices } },
  ],
  'access-list': [
    { data: { title: 'My access', lines: entries, choices: dialogs } },
    { data: { title: 'My access', lines: entries, more: 'There is more.', choices: [] } },
  ],
  'ask-day': [
    { data: { title: 'How long?', text: 'Choose.', label: 'Or until', button: 'Until this date', choices } },
    {
      data: {
        title: 'How long?',
        text: 'Choose.',
        label: 'Or until',
        button: 'Until this date',
        choices: [],
        problem: 'I cannot read that.',
      },
    },
  ],
  'ask-reason': [
    { data: { title: 'Why do you need it?', text: 'Whoever approves it reads this.', reason: '' } },
    { data: { title: 'Why do you need it?', text: 'This was your reason.', reason: 'Month end', problem: 'No code.' } },
  ],
  'ask-words': [
    {
      data: { title: 'What do you need?', text: 'Write it.', label: 'What is it called?', button: 'Find it', choices },
    },
    {
      data: {
        title: 'What do you need?',
        text: 'Write it.',
        label: 'What is it called?',
        button: 'Find it',
        choices: [],
        problem: 'I find nothing.',
      },
    },
  ],
  'choose-entry': [{ data: { title: 'Which of these?', text: 'Choose.', entries, choices } }],
  'people-list': [
    { data: { title: 'Sales dashboard', text: '2 in all:', lines: [{ names: 'Ada Example, Max Manager' }] } },
    {
      data: {
        title: 'Sales dashboard',
        text: 'The first 1:',
        lines: [{ names: 'Ada Example' }],
        more: 'There are more.',
      },
    },
  ],
  'access-ends': [
    { data: { title: 'Sales dashboard ends soon', text: 'I take it back then.', facts, ids: { grant: 'grant-1' } } },
  ],
  'access-summary': [{ data: { title: 'Sales dashboard: ended', text: 'Its time is over.', facts } }],
  'contract-ends': [
    { data: { title: 'The contract ends soon', text: 'The account is disabled.', facts, ids: { contract: 'c-1' } } },
  ],
  'contract-sponsor': [
    {
      data: {
        title: 'Who answers for Gil Example?',
        text: 'The sponsor is gone.',
        facts,
        ids: { contract: 'c-1', endsAt: openedAt },
      },
    },
  ],
  'window-access-extend': [
    {
      as: 'window',
      data: {
        text: 'It ends on Friday.',
        reason: 'For the quarterly report',
        choices: [
          { title: '30 days more', ids: { lasts: '1' } },
          { title: '90 days more', ids: { lasts: '2' } },
        ],
      },
    },
    {
      as: 'window',
      data: {
        text: 'It ends on Friday.',
        reason: '',
        choices: [{ title: '30 days more', ids: { lasts: '1' } }],
        problem: 'Please say why.',
      },
    },
  ],
  'access-ask': [
    { data: { ...accessAsk, ids: askIds } },
    {
      data: {
        ...accessAsk,
        about: '',
        problem: 'I need a code.',
        conflicts: [{ text: 'Conflict: whoever enters invoices must not pay them.' }],
        questions: [
          { title: 'You asked', value: '“What for?”' },
          { title: 'Ada Example answered', value: 'nothing yet' },
        ],
        ids: { ...askIds, codeInTeams: true, codeInSlack: true, photo: 'data:image/jpeg;base64,AAAA' },
      },
    },
  ],
  'access-news': [
    {
      data: {
        title: 'Your request for access',
        text: 'Max Manager is being asked now.',
        facts: accessFacts,
        ids: { request: 'request-1', open: true },
      },
    },
    {
      data: {
        title: 'It was approved',
        text: 'Max Manager approved it.',
        facts: accessFacts,
        ids: { request: 'request-1', open: false },
      },
    },
  ],
  'access-question': [
    {
      data: {
        approver: 'Max Manager',
        question: 'What do you need it for?',
        facts: accessFacts,
        ids: { request: 'request-1', question: 'request-1:1:question-1' },
      },
    },
  ],
  'ask-answers': [{ data: { questions } }, { data: { questions, problem: 'One of them is not right.' } }],
  'ask-code': [{ data: {} }, { data: { problem: 'That code is not right.' } }],
  'ask-person': [{ data: { text: 'Write their name.' } }, { data: { text: 'Write their name.', problem: 'Nobody.' } }],
  'ask-their-code': [
    { data: { person: 'Ada Example' } },
    { data: { person: 'Ada Example', problem: 'That code is not right.' } },
  ],
  'ask-text': [{ data: { title: 'Talk to a human', text: 'What is it about?', button: 'Send' } }],
  'caller-number': [{ data: { who: 'Ada Example', number: '42', ticket: 1002, time: '10 minutes' } }],
  choose: [{ data: { title: 'Choose', text: 'Which one is it?', choices } }],
  'confirm-number': [
    {
      data: {
        asker: 'Ada Example',
        department: 'Financial Analyst, Finance',
        purpose: 'Reset the password',
        from: 'their own chat',
        ids: { askedAt: openedAt },
        choices: ['12', '47', '81'].map((number) => ({ title: number, ids: { pick: number } })),
      },
    },
  ],
  'counts-later': [{ data: { ids: { countsFrom: openedAt } } }],
  home: [
    {
      as: 'home',
      data: {
        name: 'Ada Example',
        lockdown: 'Self-service is closed at the moment, by decision of IT. Please call the help desk.',
        access: [
          { name: 'Finance readers', detail: 'until 30 April 2027, approved by Max Manager and Hanna Owner' },
          { name: 'Plant network', detail: 'from 1 May 2027, without an end, approved by Max Manager' },
          { name: 'Everybody', detail: '' },
        ],
        moreAccess: '… and 3 more',
        contracts: [
          { name: 'Packaging line', detail: 'Gil Example, until 30 April 2027, you answer for it' },
          { name: 'Cold store', detail: 'Ida Example, from 1 May 2027 until 30 June 2027, you answer for it' },
        ],
        requests: [
          { number: '1001', title: 'Password reset', detail: 'open since 2026-01-01' },
          {
            number: '1003',
            title: 'Sales dashboard (read)',
            detail: 'open since 2026-01-02. It waits for Max Manager (manager) since 2 January.',
          },
          {
            number: '1004',
            title: 'Finance reports (read)',
            detail: 'asked for by Max Manager, open since 2026-01-02. I am looking for who can approve it.',
          },
        ],
        actions: dialogs,
      },
    },
    {
      as: 'home',
      data: {
        name: 'Ada Example',
        access: [],
        contracts: [],
        requests: [],
        actions: dialogs,
        note: 'I cannot read the directory.',
      },
    },
  ],
  'in-between': [
    {
      data: {
        title: 'We are in the middle of something else',
        text: 'Shall I stop?',
        choices: [{ title: 'Switch now', ids: { choice: 'switch', dialog: 'my-tickets' } }],
      },
    },
  ],
  incident: [
    { data: { ...incident, happened: [], ...buttons(['take', 'resolve', 'verify', 'freeze']) } },
    {
      data: {
        ...incident,
        happened: [{ title: 'Taken by', value: 'Helen Example at 09:02 UTC' }],
        ...buttons(['resolve', 'confirm']),
      },
    },
  ],
  'incident-again': [{ data: { title: 'This was not me', facts } }],
  'it-says': [
    {
      data: {
        name: 'Helen Example',
        number: 1002,
        lines: [{ text: 'We are looking into it.' }, { text: 'Is it urgent?' }],
        ids: { thread: 'thread-1' },
      },
    },
  ],
  'match-number': [
    {
      data: {
        starter: 'Max Manager',
        as: 'Your manager',
        purpose: 'a password reset for you',
        ids: { askedAt: openedAt },
        choices: ['12', '47', '81'].map((number) => ({ title: number, ids: { pick: number } })),
      },
    },
  ],
  menu: [{ data: { title: 'Hello', text: 'Choose, or write it in your own words.', choices: dialogs } }],
  message: [{ data: { title: 'Done', text: 'Your account is unlocked.' } }],
  'locked-out': [
    {
      data: {
        title: 'Your account was locked at 09:00 UTC',
        text: 'Too many wrong passwords were tried. Was that you?',
        ids: { unlock: 'unlock-account', notMe: 'not-me' },
      },
    },
  ],
  notice: [{ data: { title: 'Your password was reset', text: 'In the chat with me.', facts } }],
  offer: [{ data: { title: 'Ready', text: 'Shall we?', button: 'Go on', ids: { dialog: 'reset-password' } } }],
  'offer-window': [{ data: { title: 'Ready', text: 'Only you can see it.', button: 'Show my temporary password' } }],
  lockdown: [{ data: { title: 'Lockdown asked for: close self-service', facts } }],
  'open-threads': [{ data: { threads } }, { data: { threads, more: '… and 3 more' } }],
  'read-out': [
    {
      data: {
        person: 'Ada Example',
        starter: 'Helen Example',
        thing: 'a temporary password',
        ids: { askedAt: openedAt },
      },
    },
  ],
  'show-their-number': [{ data: { person: 'Ada Example', number: '42' } }],
  'show-number': [{ data: { manager: 'Max Manager', number: '42' } }],
  tickets: [{ data: { tickets } }],
  'verify-caller': [
    {
      data: {
        name: 'Helen Example',
        number: '1002',
        ids: { askedAt: openedAt },
        choices: ['12', '47', '81'].map((number) => ({ title: number, ids: { pick: number } })),
      },
    },
  ],
  waiting: [{ data: { title: 'I have asked Max Manager', text: 'They answer in their own chat.' } }],
  'window-access-code': [
    {
      as: 'window',
      data: {
        title: 'Approve it for Ada Example?',
        text: 'Sales dashboard (read), 7 days.',
        ids: { hash: 'abc', needsCode: true, window: 'deny' },
      },
    },
    {
      as: 'window',
      data: {
        title: 'Approve it for Ada Example?',
        text: 'Sales dashboard (read), 7 days.',
        problem: 'That is not right.',
        ids: { hash: 'abc', needsCode: false, window: 'question' },
      },
    },
  ],
  'window-access-delegate': [
    {
      as: 'window',
      data: {
        text: 'Choose who is asked instead of you.',
        choices: delegates,
        ids: { hash: 'abc', needsCode: true, window: 'deny' },
      },
    },
    {
      as: 'window',
      data: {
        text: 'Choose who is asked instead of you.',
        choices: delegates,
        problem: 'That is not right.',
        ids: { hash: 'abc', needsCode: false, window: 'question' },
      },
    },
  ],
  'window-access-find': [
    {
      as: 'window',
      data: { text: 'They must be able to judge it.', ids: { hash: 'abc', needsCode: true, window: 'deny' } },
    },
    {
      as: 'window',
      data: {
        text: 'They must be able to judge it.',
        problem: 'That is not right.',
        ids: { hash: 'abc', needsCode: false, window: 'question' },
      },
    },
  ],
  'window-access-shorten': [
    {
      as: 'window',
      data: {
        text: 'Sales dashboard (read), 30 days.',
        choices: lengths,
        ids: { hash: 'abc', needsCode: true, window: 'deny' },
      },
    },
    {
      as: 'window',
      data: {
        text: 'Sales dashboard (read), 30 days.',
        choices: lengths,
        problem: 'That is not right.',
        ids: { hash: 'abc', needsCode: false, window: 'question' },
      },
    },
  ],
  'window-access-words': [
    {
      as: 'window',
      data: {
        title: 'Why do you deny it?',
        text: 'Ada reads it.',
        label: 'Your reason',
        button: 'Deny',
        ids: { hash: 'abc', needsCode: true, window: 'deny' },
      },
    },
    {
      as: 'window',
      data: {
        title: 'Why do you deny it?',
        text: 'Ada reads it.',
        label: 'Your reason',
        button: 'Deny',
        problem: 'That is not right.',
        ids: { hash: 'abc', needsCode: false, window: 'question' },
      },
    },
  ],
  'window-enrol': [
    {
      as: 'window',
      picture: true,
      data: { account: 'ada@company.example', ids: { qr: 'data:image/png;base64,AAAA', manualKey: 'ABCD EFGH' } },
    },
    { as: 'window', data: { ids: {}, problem: 'That code is not right.' } },
  ],
  'window-for-other': [
    {
      as: 'window',
      data: {
        title: 'A temporary password for Ada Example',
        text: 'It works once.',
        sentence: 'Done.',
        ids: { secret: 'Stamp-879-Begin-Jigsaw' },
      },
    },
  ],
  'window-password': [
    { as: 'window', data: { sentence: 'It works everywhere at once.', ids: { password: 'Stamp-879-Begin-Jigsaw' } } },
  ],
  'window-questions': [
    { as: 'window', data: { text: 'Answer three.', questions } },
    { as: 'window', data: { text: 'Answer three.', questions, problem: 'Two answers are the same.' } },
  ],
}

/** The names of all templates there are. */
export const templates: readonly string[] = readdirSync(new URL('../../cards/', import.meta.url))
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length))

/** The same data with other words: each text of it, and nothing of ours (`ids`). */
export function withWords(value: unknown, words: (before: string) => string): unknown {
  if (typeof value === 'string') return words(value)
  if (Array.isArray(value)) return value.map((item) => withWords(item, words))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, key === 'ids' ? item : withWords(item, words)]),
  )
}

/** Words that mean something to one renderer or another. */
export const hostileWords: Readonly<Record<string, string>> = {
  markdown: '[Reset](https://evil.example) **bold** `code` ![i](https://evil.example/i.png) # > - 1. | a | b |',
  html: '<b>bold</b><script>alert(1)</script>&lt;i&gt;&amp;<at>everyone</at>',
  mrkdwn: '*bold* _italic_ ~strike~ `code` ```block``` >quote <https://evil.example|Reset> :tada:',
  mentions: '<!channel> <!here> <@U0123456789> <#C0123456789> <!subteam^S0123> @here @channel @everyone',
  dates: '<!date^1767225600^{date_short}^https://evil.example|now> {{DATE(2026-01-01T00:00:00Z, SHORT)}} {{TIME(x)}}',
  templates: '${name} ${1+1} ${$root.ids} {{x}} $data $when ${json(\'{"a":1}\')} {"type":"Image"}',
  reordering: 'a\u202egnp.exe\u2066b\u2069\u200f\u200b\u2028\u2029\ufeffc',
  control: 'a\u0000b\u0007c\u001b[31md\r\n\te\u0085f',
  emoji: `👩‍👩‍👧‍👦${'e\u0301\u0302\u0303\u0304\u0305'.repeat(30)}🏴\u{e0067}\u{e007f}`,
  surrogates: 'lone \ud800 and \udc00 end',
}
