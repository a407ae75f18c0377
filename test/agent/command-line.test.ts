import assert from 'node:assert/strict'
import { readCommandLine, usage } from '../../agent/command-line.ts'

describe('what is typed behind npm run agent', () => {
  it('asks for the code where none is typed, for others on the machine see what is', () => {
    const asking = { do: 'enrol', config: './agent.yaml', code: '-', name: undefined, again: false }
    assert.deepEqual(readCommandLine(['enrol']), asking)
    assert.deepEqual(readCommandLine(['enrol', '-']), asking)
    assert.deepEqual(readCommandLine(['enrol', '--again', '--name', 'srv1']), { ...asking, again: true, name: 'srv1' })
    assert.match(usage, /is seen by others on this machine/)
  })

  it('is refused where it is too much, or nothing that there is', () => {
    for (const typed of [['enrol', 'one', 'two'], ['doctor', 'one'], ['run', '--again'], ['destroy'], ['--nonsense']])
      assert.equal(readCommandLine(typed).do, 'nothing', typed.join(' '))
  })
})
