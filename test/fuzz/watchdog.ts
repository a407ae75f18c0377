import { Worker } from 'node:worker_threads'

/** So long may one case last on the wall clock before it is taken to hang: far more than any takes on a busy machine. Milliseconds. */
const silence = 120_000

/** What never ends cannot be interrupted in its own thread: another one watches, says which test it was, and ends the process. */
const thread = `
const { workerData: { beats, name }, parentPort } = require('node:worker_threads')
let last = -1
let since = Date.now()
setInterval(() => {
  const now = Atomics.load(beats, 0)
  if (now !== last) [last, since] = [now, Date.now()]
  if (Date.now() - since < ${silence}) return
  require('node:fs').writeSync(2, 'a case hangs: ' + name + ', case ' + now + '\\n')
  process.kill(process.pid, 'SIGKILL')
}, 1_000)
`

/** Watches one test. `alive` is to be called before each case. */
export function watch(name: string): { alive(): void; over(): void } {
  const beats = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(thread, { eval: true, workerData: { beats, name } })
  worker.unref()
  return {
    alive: () => void Atomics.add(beats, 0, 1),
    over: () => void worker.terminate(),
  }
}
