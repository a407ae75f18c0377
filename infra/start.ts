import { existsSync } from 'node:fs'
import { ConfigError } from '../bot/config.ts'
import { startFault } from '../bot/start-fault.ts'

/** Names whose presence means that a real company is meant. */
const real = [
  'TEAMS_APP_ID',
  'TEAMS_APP_PASSWORD',
  'TEAMS_CERTIFICATE',
  'GRAPH_TENANT_ID',
  'GRAPH_CLIENT_ID',
  'GRAPH_CERTIFICATE',
  'SLACK_BOT_TOKEN',
  'SLACK_SIGNING_SECRET',
  'SLACK_APP_TOKEN',
]

/** `npm start`: with settings, the bot against the real tenant; without any, a whole practice company on this machine. */
async function start(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env')
  const set = real.filter((name) => process.env[name])
  const practice = ['1', 'true', 'yes'].includes(process.env.HELPBOT_PRACTICE ?? '')
  if (set.length > 0 && practice)
    throw new ConfigError([
      `HELPBOT_PRACTICE: practice mode and real credentials exclude each other; unset it, or unset ${set.join(', ')}`,
    ])
  if (set.length > 0) {
    const { runBot } = await import('../bot/main.ts')
    await runBot(process.env)
    return
  }
  const { runPracticeCompany } = await import('./practice/run.ts')
  await runPracticeCompany(process.argv.slice(2), process.env)
}

start().catch((error: unknown) => {
  console.error(startFault(error))
  process.exit(1)
})
