import { hostname } from 'node:os'
import { createInterface } from 'node:readline'
import { readCommandLine, usage } from './command-line.ts'
import { AgentConfigError, type AgentSettings, loadAgentSettings } from './config.ts'
import { runDoctor } from './doctor/main.ts'
import { enrolAgent } from './enrol.ts'
import { IdentityDamaged } from './keys.ts'
import { openLog } from './log.ts'
import { serve } from './serve.ts'
import { FolderInUse } from './sole-user.ts'

const out = (line: string) => console.log(line)
const complain = (line: string) => console.error(line)

/** @returns the exit code; undefined while the agent runs */
async function main(typed: readonly string[]): Promise<number | undefined> {
  const order = readCommandLine(typed)
  if (order.do === 'nothing') {
    complain(`${order.because}\n\n${usage}`)
    return 1
  }
  if (order.do === 'help') {
    out(usage)
    return 0
  }
  const settings = loadAgentSettings(order.config)
  switch (order.do) {
    case 'run':
      return run(settings)
    case 'doctor':
      return (await runDoctor(settings, process.env, out)) ? 0 : 1
    case 'enrol': {
      const code = order.code === '-' ? await firstLine() : order.code
      const name = order.name ?? nameOfThisMachine()
      return (await enrolAgent(settings, process.env, { code, name, again: order.again }, out)) ? 0 : 1
    }
  }
}

async function run(settings: AgentSettings): Promise<number | undefined> {
  const log = openLog(settings.logLevel)
  const serving = await serve(settings, process.env, log)
  if (!serving) {
    complain(
      'This agent belongs to no bot yet. Get a code there (npm run agents -- code), then: npm run agent -- enrol',
    )
    return 1
  }
  let stopping = false
  const stop = async () => {
    if (stopping) return
    stopping = true
    await serving.stop()
    process.exit(0)
  }
  // Windows knows no SIGTERM; what hosts a service there sends SIGINT or SIGBREAK.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGBREAK'] as const) process.on(signal, () => void stop())
  return undefined
}

/** What of this machine's name may stand in a list. */
const nameOfThisMachine = () =>
  hostname()
    .replace(/[^\w .()-]/g, '-')
    .slice(0, 64)

/** A code in a file or a pipe is in no history of commands. */
async function firstLine(): Promise<string> {
  if (process.stdin.isTTY) complain('Paste the enrolment code, then press Enter:')
  for await (const line of createInterface({ input: process.stdin })) return line
  return ''
}

try {
  const code = await main(process.argv.slice(2))
  if (code !== undefined) process.exit(code)
} catch (error) {
  const isKnown = error instanceof AgentConfigError || error instanceof FolderInUse || error instanceof IdentityDamaged
  complain(isKnown ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error))
  process.exit(1)
}
