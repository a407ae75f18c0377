import assert from 'node:assert/strict'
import type { CompanyUser } from '../../../infra/practice/company/model.ts'
import type { Evidence, Person, Row } from './evidence.ts'
import { judge } from './judge.ts'

const noon = Date.parse('2026-11-21T12:00:00Z')
const at = (seconds: number) => new Date(noon + seconds * 1_000)
const user = { id: 'ada', displayName: 'Ada Lindqvist' } as CompanyUser
const ada: Person = { user, codesTyped: [at(0)], isOnPremises: false }

let seq = 0
const row = (seconds: number, kind: string, action: string, more: Partial<Row> = {}): Row => ({
  seq: ++seq,
  at: at(seconds).getTime(),
  kind,
  action,
  actor: 'ada',
  target: 'ada',
  operationId: kind === 'event' ? undefined : action,
  outcome: undefined,
  ...more,
})

const proof = row(1, 'event', 'verify-totp', { outcome: 'done' })
const intent = row(3, 'intent', 'reset-password')
const outcome = row(5, 'outcome', 'reset-password', { outcome: 'done' })
const passwordSet = { at: at(4), kind: 'password', person: 'ada' } as const
const added = { at: at(9), kind: 'member-added', person: 'ada' } as const
const granted = [row(8, 'intent', 'grant-access'), row(10, 'outcome', 'grant-access', { outcome: 'done' })]

/** One reset as it should be. */
const whole: Evidence = {
  people: [ada],
  rows: [proof, intent, outcome],
  cloud: [passwordSet],
  passwordsWritten: new Map(),
  membersBefore: new Set(),
  members: new Set(),
  approvals: [],
  shown: [{ person: ada, at: at(5), answer: 'must-change' }],
  wrong: [],
}

describe('the judge of the chaos', () => {
  it('finds nothing in a reset that is as it should be', () => {
    assert.deepEqual(judge(whole), [])
  })

  const approved = [{ at: at(7), approver: 'maya', requester: 'ada' }]
  const access = { ...whole, rows: [...whole.rows, ...granted], cloud: [passwordSet, added], members: new Set(['ada']) }

  it('finds nothing in an access that the manager let in', () => {
    assert.deepEqual(judge({ ...access, approvals: approved }), [])
  })

  const broken: readonly (readonly [string, Evidence, RegExp])[] = [
    ['an intent without an outcome', { ...whole, rows: [proof, intent] }, /has 0 outcomes/],
    ['two outcomes of one intent', { ...whole, rows: [proof, intent, outcome, outcome] }, /has 2 outcomes/],
    [
      'an outcome that nobody knows',
      { ...whole, rows: [proof, intent, { ...outcome, outcome: 'running' }] },
      /ended as running/,
    ],
    ['a change twice', { ...whole, cloud: [passwordSet, passwordSet] }, /2 passwords were set by 1 intents/],
    ['"done" that was not', { ...whole, cloud: [] }, /1 resets are said to be done, 0 were/],
    ['no proof in the audit', { ...whole, rows: [intent, outcome] }, /without a proof in the audit/],
    [
      'a proof of long ago',
      { ...whole, rows: [{ ...proof, at: at(-3_600).getTime() }, intent, outcome] },
      /without a proof in the audit/,
    ],
    ['no code typed', { ...whole, people: [{ ...ada, codesTyped: [] }] }, /although no code was typed/],
    ['nobody approved', access, /added before anybody approved/],
    [
      'approved afterwards',
      { ...access, approvals: [{ ...approved[0], at: at(20) }] as never },
      /before anybody approved/,
    ],
    [
      'added twice',
      { ...access, approvals: approved, cloud: [passwordSet, added, added] },
      /added 2 times by 1 intents/,
    ],
    [
      'a password that does not hold',
      { ...whole, shown: [{ person: ada, at: at(5), answer: 'AADSTS50126' }] },
      /the password that was shown answers AADSTS50126/,
    ],
    [
      'a password from nowhere',
      { ...whole, rows: [], cloud: [], shown: [{ person: ada, at: at(5), answer: 'must-change' }] },
      /no intent stands for/,
    ],
    [
      'a password written on-premises that nobody intended',
      { ...whole, people: [{ ...ada, isOnPremises: true }], passwordsWritten: new Map([['ada', 2]]) },
      /2 passwords were set by 1 intents/,
    ],
    ['what stands wrong by itself', { ...whole, wrong: ['the chain of the audit is broken'] }, /chain/],
  ]
  for (const [name, evidence, words] of broken)
    it(`finds ${name}`, () => {
      assert.match(judge(evidence).join('\n'), words)
    })
})
