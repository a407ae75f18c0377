import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { processorTime, processorTimeOfFamily, residentNow } from '../../../infra/bench/processor-time.ts'

describe('What a process has used of the machine', () => {
  it('is its processor time, and with its family that of a child which has ended', async () => {
    const [own, family] = [processorTime(process.pid), processorTimeOfFamily(process.pid)]
    const work = 'const until = process.cpuUsage().user + 300_000; while (process.cpuUsage().user < until);'
    const child = spawn(process.execPath, ['-e', work], { stdio: 'ignore' })
    await once(child, 'exit')
    const grown = processorTimeOfFamily(process.pid) - family
    assert.ok(grown >= 290, `the child worked 300 ms, and the family has ${grown} ms more`)
    assert.ok(grown - (processorTime(process.pid) - own) >= 290, 'the time of the child is not that of the parent')
  })

  it('is nothing where the process is gone', async () => {
    const child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' })
    await once(child, 'exit')
    assert.equal(processorTime(child.pid ?? 0), 0)
  })

  it('is its resident memory in megabytes', () => {
    const known = process.memoryUsage.rss() / 1_048_576
    assert.ok(Math.abs(residentNow(process.pid) - known) < 20)
  })
})
