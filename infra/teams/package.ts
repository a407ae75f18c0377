import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { zipSync } from 'fflate'
import { z } from 'zod'
import { guid } from '../../bot/identity/person.ts'

/** What the app package is made for; every value comes from the settings HelpBot runs with. */
export interface TeamsPackage {
  /** Application id of the bot. */
  readonly botId: string
  /** Id of the Teams app; another one than the bot's, if the organisation has one already. */
  readonly appId: string
  /** `https://` address of the organisation that publishes it. */
  readonly website: string
}

const read = (name: string) => readFileSync(new URL(`./${name}`, import.meta.url))

/** The manifest of infra/teams with the ids and addresses of one organisation in it. */
export function manifestFor({ botId, appId, website }: TeamsPackage): Record<string, unknown> {
  const template = z.record(z.string(), z.unknown()).parse(JSON.parse(read('manifest.json').toString('utf8')))
  const site = website.replace(/\/+$/, '')
  const bots = z.array(z.record(z.string(), z.unknown())).parse(template.bots)
  const developer = z.record(z.string(), z.unknown()).parse(template.developer)
  const application = z.record(z.string(), z.unknown()).parse(template.webApplicationInfo)
  return {
    ...template,
    id: appId,
    developer: { ...developer, websiteUrl: site, privacyUrl: `${site}/privacy`, termsOfUseUrl: `${site}/terms` },
    bots: bots.map((bot) => ({ ...bot, botId })),
    webApplicationInfo: { ...application, id: botId },
  }
}

/** The zip that the Teams admin centre takes: manifest and two icons, at the top level. */
export function teamsPackage(of: TeamsPackage): Uint8Array {
  const manifest = Buffer.from(`${JSON.stringify(manifestFor(of), undefined, 2)}\n`)
  return zipSync({ 'manifest.json': manifest, 'color.png': read('color.png'), 'outline.png': read('outline.png') })
}

const settings = z.object({
  TEAMS_APP_ID: z.string('is missing').pipe(guid),
  TEAMS_PACKAGE_ID: guid.optional(),
  PUBLIC_URL: z
    .string('is missing')
    .regex(/^https:\/\/[^\s/]+/, 'must be the https address HelpBot is reached at, e.g. https://helpbot.example.com'),
})

function main(): void {
  const { values } = parseArgs({ options: { out: { type: 'string' } } })
  const given = settings.safeParse(process.env)
  if (!given.success) {
    for (const { path, message } of given.error.issues) console.error(`${path.join('.')}: ${message}`)
    process.exitCode = 1
    return
  }
  const { TEAMS_APP_ID: botId, TEAMS_PACKAGE_ID: appId = botId, PUBLIC_URL: website } = given.data
  const file = values.out ?? fileURLToPath(new URL('../../.helpbot/helpbot-teams.zip', import.meta.url))
  mkdirSync(new URL('../../.helpbot/', import.meta.url), { recursive: true })
  writeFileSync(file, teamsPackage({ botId, appId, website }))
  console.log(`${file}\nUpload it: Teams admin centre › Teams apps › Manage apps › Actions › Upload new app.`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main()
