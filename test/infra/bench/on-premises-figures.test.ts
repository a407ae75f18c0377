import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import {
  agentTimes,
  beside,
  inTurns,
  operationTimes,
  residentMegabytes,
} from '../../../infra/bench/on-premises-figures.ts'

describe('figures of what is on-premises', () => {
  it('say the baseline, what is measured, what that adds, and the ratio', () => {
    const baseline = [1, 2, 3, 4]
    assert.deepEqual(beside(baseline, [3, 6, 9, 12], 0.5), ['3.0 ms', '9.0 ms', '6.0 ms', '3.00'])
    assert.deepEqual(beside(baseline, [3, 6, 9, 12], 0.95), ['4.0 ms', '12.0 ms', '8.0 ms', '3.00'])
  })

  it('take every way for every item, and begin with another one each round', () => {
    const turns = inTurns(['direct', 'link'], [1, 2, 3, 4, 5], 2)
    assert.deepEqual(turns, [
      { way: 'direct', items: [1, 2] },
      { way: 'link', items: [1, 2] },
      { way: 'link', items: [3, 4] },
      { way: 'direct', items: [3, 4] },
      { way: 'direct', items: [5] },
      { way: 'link', items: [5] },
    ])
    assert.deepEqual(inTurns(['direct', 'link'], [], 2), [])
  })

  it('read the memory of a process, and do not take nothing for zero', () => {
    assert.equal(residentMegabytes('VmHWM:\t  204800 kB\nVmRSS:\t  102400 kB\n'), 200)
    assert.ok(residentMegabytes(readFileSync('/proc/self/status', 'utf8')) > 10)
    assert.throws(() => residentMegabytes('Name:\tgone\nState:\tZ (zombie)\n'))
  })

  it('take from an agent’s log the commands of one name that were done', () => {
    const log = [
      'a line that is none of the log',
      '{"level":"info","do":"unlock","outcome":"ok","ms":12,"msg":"command"}',
      '{"level":"info","do":"unlock","outcome":"protected","ms":3,"msg":"command"}',
      '{"level":"info","do":"account","outcome":"ok","ms":4,"msg":"command"}',
      '{"level":"info","msg":"agent: running"}',
    ]
    assert.deepEqual(agentTimes(log, 'unlock'), [12])
  })

  it('take from the audit how long operations of one name took, and leave out what has no end', () => {
    const row = (second: number, kind: string, action: string, operationId?: string) => ({
      at: new Date(Date.UTC(2026, 0, 5, 9, 0, second)),
      event: { kind, action, ...(operationId === undefined ? {} : { operationId }) },
    })
    const trail = [
      row(0, 'intent', 'unlock-account', 'a'),
      row(1, 'intent', 'unlock-account', 'b'),
      row(1, 'intent', 'reset-password', 'c'),
      row(2, 'outcome', 'unlock-account', 'b'),
      row(3, 'event', 'verify-totp'),
      row(3, 'outcome', 'reset-password', 'c'),
      row(4, 'intent', 'unlock-account', 'never-ended'),
      row(5, 'outcome', 'unlock-account', 'a'),
    ]
    assert.deepEqual(operationTimes(trail, 'unlock-account'), [1_000, 5_000])
  })
})
