import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { parse } from 'yaml'
import { readCommandLine } from '../../agent/command-line.ts'
import { AgentConfigError, loadAgentSettings, readPassword } from '../../agent/config.ts'
import { agentPolicySchema } from '../../agent/policy/load.ts'
import { ConfigError, loadSettings } from '../../bot/config.ts'
import { generateKey } from '../../bot/identity/key-ring.ts'
import { loadCatalogue } from '../../bot/policy/catalogue/load.ts'
import { loadPolicy, PolicyError } from '../../bot/policy/policy.ts'
import { fuzz } from './fuzz.ts'
import { altered, broken, json, text } from './nasty.ts'

/** Files of the owner's own, read once, at the start: a whole file may take longer. Milliseconds. */
const mostForAFile = 1_500

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const policy = read('bot/policy/default.yaml')
/** Two entries: what is right about many is right about two. */
const catalogue = read('infra/catalogue.example.yaml')
  .split(/^ {2}(?=\S)/m)
  .slice(0, 3)
  .join('  ')
const agentFile = read('infra/agent.example.yaml')
const guid = '0b9f3a52-0d6e-4f43-9a57-3f1f5d2c8e11'
const key = generateKey('k1')
const environment: Readonly<Record<string, string>> = {
  HELPBOT_KEYS: key,
  GRAPH_TENANT_ID: guid,
  GRAPH_CLIENT_ID: guid,
  GRAPH_CERTIFICATE: './graph.pem',
  TEAMS_APP_ID: guid,
  TEAMS_IT_CHANNEL: '19:abc@thread.tacv2',
  SLACK_BOT_TOKEN: 'xoxb-1',
  SLACK_SIGNING_SECRET: '0123456789abcdef',
  SLACK_TEAM_ID: 'T0123',
  HELPBOT_IT_GROUP: guid,
  PUBLIC_URL: 'https://helpbot.example.com',
  PORT: '3978',
  DATABASE_URL: 'postgres://u:secret-of-the-database@h/d?sslmode=verify-full',
}
/** What the YAML package takes for it grows with the square of how deep it is nested. */
const nested = fc
  .tuple(fc.constantFrom('[', '{', '{a: ', '- ', '? ', ': ', '[{', '{[- ? '), fc.nat(20_000), text(20))
  .map(([opening, length, end]) => opening.repeat(Math.ceil(length / opening.length)) + end)
const written = (sample: string) =>
  fc.oneof(
    broken(sample.length + 2_000, sample),
    // JSON is YAML.
    altered(parse(sample)).map((content) => JSON.stringify(content) ?? ''),
    nested,
    text(3_000),
  )
function orError(work: () => unknown, isKnown: (error: unknown) => boolean): void {
  try {
    work()
  } catch (error) {
    assert.ok(isKnown(error), error instanceof Error ? error.stack : String(error))
  }
}
const isPolicyError = (error: unknown) =>
  error instanceof PolicyError &&
  error.faults.length > 0 &&
  error.faults.every(({ line, column, fix }) => line >= 1 && column >= 1 && fix !== '')

describe('fuzzing what owners write', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'helpbot-fuzz-'))
    writeFileSync(join(folder, 'bind-password'), 'sesame-of-the-agent')
  })
  after(() => rmSync(folder, { recursive: true }))

  fuzz(
    'settings: the policy',
    written(policy),
    (given) => orError(() => loadPolicy(given, 'policy.yaml'), isPolicyError),
    { share: 0.1, longest: mostForAFile },
  )

  fuzz(
    'settings: the catalogue',
    written(catalogue),
    (given) => orError(() => loadCatalogue(given, 'catalogue.yaml'), isPolicyError),
    { share: 0.1, longest: mostForAFile },
  )

  fuzz(
    'settings: the file of an agent',
    written(agentFile),
    (given) => {
      const file = join(folder, 'agent.yaml')
      writeFileSync(file, given)
      orError(
        () => loadAgentSettings(file),
        (error) => error instanceof AgentConfigError && error.faults.length > 0 && !error.message.includes('sesame'),
      )
    },
    { share: 0.1, longest: mostForAFile },
  )

  fuzz('settings: the policy of an agent', fc.oneof(altered(parse(agentFile).policy), json), (given) => {
    const { success, data } = agentPolicySchema.safeParse(given)
    if (success && data.operations.length > 0) assert.ok(data.write.length > 0 && data.perHour.all !== undefined)
  })

  fuzz(
    'settings: a password in a file',
    fc.uint8Array({ maxLength: 60 }),
    (given) => {
      const file = join(folder, 'password')
      writeFileSync(file, given)
      orError(
        () => assert.notEqual(readPassword(file), ''),
        (error) => error instanceof Error && error.message.includes(file),
      )
    },
    { share: 0.1 },
  )

  const names = Object.keys(environment)
  const changes = fc.array(
    fc.tuple(
      fc.constantFrom(...names, 'HELPBOT_PRACTICE', 'GRAPH_ENDPOINT', 'REDIS_URL', 'TEAMS_SERVICE_URL', '__proto__'),
      fc.oneof(text(200), broken(200, ...Object.values(environment), 'http://127.0.0.1:1/', '1')),
    ),
    { maxLength: 4 },
  )
  fuzz('settings: the environment', changes, (changed) => {
    const given = { ...environment, ...Object.fromEntries(changed) }
    orError(
      () => assert.ok(URL.canParse(loadSettings(given).graph.endpoint)),
      (error) => {
        assert.ok(
          error instanceof ConfigError && error.faults.length > 0,
          error instanceof Error ? error.stack : String(error),
        )
        return ![key.slice(3), 'secret-of-the-database', '0123456789abcdef'].some((secret) =>
          error.message.includes(secret),
        )
      },
    )
  })

  const words = fc.array(
    fc.oneof(text(60), fc.constantFrom('run', 'enrol', 'doctor', '--config', '--name', '--again', '-h', '--', '-')),
    { maxLength: 6 },
  )
  fuzz('settings: the command line of an agent', words, (typed) => {
    const order = readCommandLine(typed)
    assert.ok(['run', 'doctor', 'help', 'enrol', 'nothing'].includes(order.do))
  })
})
