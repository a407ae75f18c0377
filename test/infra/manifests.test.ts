import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ManifestUtil } from '@microsoft/app-manifest'
import { unzipSync } from 'fflate'
import { parse } from 'yaml'
import { z } from 'zod'
import { manifestFor, teamsPackage } from '../../infra/teams/package.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const organisation = {
  botId: '3c9d1e84-52b7-4d0a-8f6e-9b1a7c5d2f43',
  appId: '5e2f7a90-1c4b-4a8d-b3e6-7d9c0f1a2b34',
  website: 'https://helpbot.nordwind.example/',
}

describe('the Teams manifest', () => {
  const schemaFile = 'node_modules/@microsoft/app-manifest/build/json-schemas/teams/v1.22/MicrosoftTeams.schema.json'
  const schema = JSON.parse(readFileSync(join(root, schemaFile), 'utf8'))
  const faults = (manifest: object) => ManifestUtil.validateManifestAgainstSchema(manifest as never, schema)

  it('is valid by the schema Microsoft publishes, as it stands and as it is packaged', async () => {
    assert.deepEqual(await faults(JSON.parse(readFileSync(join(root, 'infra/teams/manifest.json'), 'utf8'))), [])
    assert.deepEqual(await faults(manifestFor(organisation)), [])
  })

  it('would not be valid with a word too much, a long name or a strange id', async () => {
    const manifest = manifestFor(organisation)
    for (const bad of [
      { ...manifest, surprise: true },
      { ...manifest, name: { short: 'x'.repeat(31) } },
      { ...manifest, id: 'not-a-guid' },
    ])
      assert.notDeepEqual(await faults(bad), [])
  })

  it('is packed with its two icons in the sizes Teams asks for, and with the ids of the organisation', () => {
    const files = unzipSync(teamsPackage(organisation))
    assert.deepEqual(Object.keys(files).sort(), ['color.png', 'manifest.json', 'outline.png'])
    const manifest = JSON.parse(Buffer.from(files['manifest.json'] ?? []).toString('utf8'))
    assert.equal(manifest.id, organisation.appId)
    assert.equal(manifest.bots[0].botId, organisation.botId)
    assert.equal(manifest.webApplicationInfo.id, organisation.botId)
    assert.equal(manifest.developer.websiteUrl, 'https://helpbot.nordwind.example')
    assert.deepEqual(sizeOf(files['color.png']), [192, 192])
    assert.deepEqual(sizeOf(files['outline.png']), [32, 32])
  })

  it('asks for no more than reading the channel of IT', () => {
    const { permissions, authorization } = manifestFor(organisation)
    assert.equal(permissions, undefined)
    assert.deepEqual(authorization, {
      permissions: { resourceSpecific: [{ name: 'ChannelMessage.Read.Group', type: 'Application' }] },
    })
  })

  it('says what is missing when it is packed without settings', () => {
    const run = () =>
      execFileSync(process.execPath, [join(root, 'infra/teams/package.ts')], {
        env: { PATH: process.env.PATH ?? '' },
        stdio: 'pipe',
      })
    assert.throws(run, (error: unknown) => {
      const said = String((error as { stderr?: Buffer }).stderr)
      return said.includes('TEAMS_APP_ID') && said.includes('PUBLIC_URL')
    })
  })
})

/** Scope each Web API method needs of a bot token. Source: docs.slack.dev/reference/methods, each method's page. */
const methodScopes: Readonly<Record<string, readonly string[]>> = {
  'auth.test': [],
  'chat.postMessage': ['chat:write'],
  'chat.postEphemeral': ['chat:write'],
  'chat.update': ['chat:write'],
  'conversations.open': ['im:write'],
  'users.info': ['users:read', 'users:read.email'],
  'users.lookupByEmail': ['users:read.email'],
  'views.open': [],
  'views.update': [],
  'views.publish': [],
}

/** Scope each event needs. Source: docs.slack.dev/reference/events. */
const eventScopes: Readonly<Record<string, readonly string[]>> = {
  app_home_opened: [],
  app_mention: ['app_mentions:read'],
  'message.channels': ['channels:history'],
  'message.groups': ['groups:history'],
  'message.im': ['im:history'],
  user_change: ['users:read'],
}

/** Limits Slack documents for a manifest. Source: docs.slack.dev/reference/app-manifest. */
const documented = z.object({
  display_information: z.object({
    name: z.string().max(35),
    description: z.string().max(140),
    long_description: z.string().min(175).max(4000),
    background_color: z.string().regex(/^#[0-9a-f]{6}$/i),
  }),
  features: z.object({
    bot_user: z.object({ display_name: z.string().max(80) }),
    slash_commands: z
      .array(
        z.object({
          command: z.string().regex(/^\/[a-z0-9-]{1,31}$/),
          description: z.string().max(2000),
          usage_hint: z.string().max(1000),
          url: z.url(),
        }),
      )
      .max(50),
    shortcuts: z
      .array(
        z.object({
          name: z.string().max(24),
          callback_id: z.string().max(255),
          description: z.string().max(150),
          type: z.literal('message'),
        }),
      )
      .max(10),
  }),
  oauth_config: z.object({ scopes: z.strictObject({ bot: z.array(z.string()).max(255) }) }),
  settings: z.object({ event_subscriptions: z.object({ bot_events: z.array(z.string()).max(100) }) }),
})

describe('the Slack manifest', () => {
  const manifest = parse(readFileSync(join(root, 'infra/slack/manifest.yaml'), 'utf8'))
  const said = documented.parse(manifest)

  it('is a manifest by the types Slack publishes with its SDK, which know every scope and event', () => {
    assert.equal(typeFaults(manifest), '')
    const strange = structuredClone(manifest)
    strange.oauth_config.scopes.bot.push('chat:everything')
    assert.match(typeFaults(strange), /chat:everything/)
    const extra = structuredClone(manifest)
    extra.settings.surprise = true
    assert.match(typeFaults(extra), /surprise/)
  }).timeout(180_000)

  it('asks for the scopes of the methods the code calls, the events it hears and the features it has, and no more', () => {
    const called = methodsCalled()
    const unknown = called.filter((method) => !Object.hasOwn(methodScopes, method))
    assert.deepEqual(unknown, [], 'a method is called whose scope this test does not know')
    const { bot_events: events } = said.settings.event_subscriptions
    const needed = new Set([
      ...called.flatMap((method) => methodScopes[method] ?? []),
      ...events.flatMap((event) => eventScopes[event] ?? [`the scope of ${event}, which this test does not know`]),
      'commands',
    ])
    assert.deepEqual([...said.oauth_config.scopes.bot].sort(), [...needed].sort())
  })

  it('would be found out if the code called a method without its scope', () => {
    assert.deepEqual(methodsIn('await client.files.info({ file })\nweb.chat.postMessage({ channel })'), [
      'files.info',
      'chat.postMessage',
    ])
  })
})

/** Every Web API method that the code of the bot calls. */
function methodsCalled(): readonly string[] {
  const folder = join(root, 'bot')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  const slack = files.filter((file) => file.split('/').some((part) => part.startsWith('slack')))
  assert.ok(slack.length > 0)
  return [...new Set(slack.flatMap((file) => methodsIn(readFileSync(join(folder, file), 'utf8'))))].sort()
}

/** Families of the Web API; a call is `<client>.<family>.<method>(`. */
const families =
  'admin|api|apps|assistant|auth|bookmarks|bots|calls|canvases|chat|conversations|dialog|dnd|emoji|files|functions|migration|oauth|openid|pins|reactions|reminders|search|stars|team|tooling|usergroups|users|views|workflows'

function methodsIn(source: string): readonly string[] {
  const calls = source.matchAll(new RegExp(`\\.(${families})\\s*\\.((?:[a-zA-Z]+\\.)*[a-zA-Z]+)\\(`, 'g'))
  return [...calls].map(([, family, method]) => `${family}.${method}`)
}

/** What TypeScript says when the manifest is given the type that @slack/web-api publishes; empty when it fits. */
function typeFaults(manifest: unknown): string {
  const folder = mkdtempSync(join(root, 'node_modules/.manifest-'))
  try {
    const file = join(folder, 'manifest.ts')
    writeFileSync(
      file,
      `import type { Manifest } from '@slack/web-api/dist/types/request/manifest.js'\nexport const manifest: Manifest = ${JSON.stringify(manifest)}\n`,
    )
    const compiler = join(root, 'node_modules/typescript/bin/tsc')
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--types', '', '--ignoreConfig']
    execFileSync(process.execPath, [compiler, ...options, file], { stdio: 'pipe' })
    return ''
  } catch (error) {
    return String((error as { stdout?: Buffer }).stdout)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Width and height of a PNG. Source: PNG (ISO/IEC 15948) 11.2.2. */
function sizeOf(png: Uint8Array | undefined): readonly [number, number] {
  const bytes = Buffer.from(png ?? [])
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
}
