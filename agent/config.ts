import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseDocument } from 'yaml'
import { z } from 'zod'
import { logLevels } from './log.ts'
import { type AgentPolicySettings, agentPolicySchema } from './policy/load.ts'
import { deepestYaml, whereTooDeep } from './protocol/yaml-depth.ts'

/** Every fault of the file, named at once, each with its fix. */
export class AgentConfigError extends Error {
  readonly faults: readonly string[]
  constructor(file: string, faults: readonly string[]) {
    const count = faults.length === 1 ? 'one thing needs' : `${faults.length} things need`
    super(`The agent cannot start, ${count} a change in ${file}:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)
    this.name = 'AgentConfigError'
    this.faults = faults
  }
}

export interface AgentSettings {
  readonly bot: {
    /** wss://, or ws:// on this machine in practice. */
    readonly url: string
    /** PEM: the only authorities that may vouch for the bot. Undefined: those that this machine trusts. */
    readonly ca: string | undefined
    /** An HTTP proxy; may hold a password. */
    readonly proxy: string | undefined
  }
  /** Key, pins, journal, counts. */
  readonly dataFolder: string
  readonly directory: {
    /** ldaps://, in the order in which they are tried. */
    readonly urls: readonly string[]
    /** PEM, as above. */
    readonly ca: string | undefined
    readonly servername: string | undefined
    readonly bind: { readonly name: string; readonly passwordFile: string }
  }
  readonly policy: AgentPolicySettings
  readonly logLevel: (typeof logLevels)[number]
}

const missing = (fix: string) => `is missing: ${fix}`
const text = (fix: string) => z.string(missing(fix)).min(1, `is empty: ${fix}`).max(2_000, 'is too long')
const pemFile = text('name the PEM file of the authority, or leave the line out')

const url = (fix: string, protocols: readonly string[]) =>
  text(fix).refine((value) => {
    const parsed = URL.parse(value)
    return parsed !== null && protocols.includes(parsed.protocol) && parsed.hostname !== ''
  }, `must be ${fix}`)

const loopback = ['127.0.0.1', 'localhost', '[::1]']
const botUrl = 'the address that the bot gives its agents, such as wss://helpbot.example.com/agent'
const controllerUrl = 'the address of a domain controller, such as ldaps://dc1.corp.example.com'

const botProtocols = ['wss:', 'ws:']

const botBlock = z
  .strictObject(
    {
      url: url(botUrl, botProtocols),
      ca: pemFile.optional(),
      proxy: url('the address of an HTTP proxy, such as http://proxy.example.com:3128', ['http:', 'https:']).optional(),
      practice: z.boolean('must be true or false').default(false),
    },
    missing('a block with the url of the bot'),
  )
  .superRefine(({ url: given, practice }, context) => {
    const parsed = URL.parse(given)
    if (parsed === null || !botProtocols.includes(parsed.protocol)) return
    const issue = (message: string) => context.addIssue({ code: 'custom', path: ['url'], message })
    if (parsed.protocol === 'ws:' && !(practice && loopback.includes(parsed.hostname)))
      issue('must start with wss://; without TLS only in practice, on this machine')
    if (parsed.username || parsed.password || parsed.search || parsed.hash)
      issue('must hold no name, password or parameters')
    if (parsed.pathname === '/') issue(`must be ${botUrl}: the path is missing`)
  })

const directoryBlock = z.strictObject(
  {
    urls: z
      .array(
        url(controllerUrl, ['ldaps:']),
        missing('a list of domain controllers, such as [ldaps://dc1.corp.example.com]'),
      )
      .min(1, 'is empty: name at least one domain controller')
      .max(20, 'holds more than 20'),
    ca: pemFile.optional(),
    servername: text('the name on the certificate of the domain controllers, or leave the line out').optional(),
    bind: z.strictObject(
      {
        name: text('the service account, such as helpbot-agent@corp.example.com'),
        passwordFile: text('a file that holds the password of the service account and nothing else'),
      },
      missing('a block with name and passwordFile of the service account'),
    ),
  },
  missing('a block with urls and bind'),
)

const wholeFile = z.strictObject(
  {
    bot: botBlock,
    data: text('a folder for the key of the agent and its journal').default('./agent-data'),
    directory: directoryBlock,
    policy: agentPolicySchema,
    log: z.enum(logLevels, `must be one of ${logLevels.join(', ')}`).default('info'),
  },
  'must be a block with bot, directory and policy: see infra/agent.example.yaml',
)

/**
 * Reads the file of the agent. Paths in it are meant from where the file lies, for a service has no folder of its own.
 * @throws AgentConfigError that names every fault and its fix
 */
export function loadAgentSettings(file: string): AgentSettings {
  const parsed = wholeFile.safeParse(readYaml(file))
  if (!parsed.success) throw new AgentConfigError(file, parsed.error.issues.flatMap(describe))
  const { bot, data, directory, policy, log } = parsed.data
  const at = (path: string) => resolve(dirname(file), path)
  const faults: string[] = []
  const check = <T>(field: string, read: () => T): T | undefined => {
    try {
      return read()
    } catch (error) {
      faults.push(`${field}: ${error instanceof Error ? error.message : String(error)}`)
      return undefined
    }
  }
  const pem = (field: string, path: string | undefined) =>
    path === undefined ? undefined : check(field, () => readCertificates(at(path)))
  const passwordFile = at(directory.bind.passwordFile)
  const botCa = pem('bot.ca', bot.ca)
  const directoryCa = pem('directory.ca', directory.ca)
  check('directory.bind.passwordFile', () => readPassword(passwordFile))
  if (faults.length > 0) throw new AgentConfigError(file, faults)
  const { urls, servername } = directory
  return {
    bot: { url: bot.url, ca: botCa, proxy: bot.proxy },
    dataFolder: at(data),
    directory: { urls, ca: directoryCa, servername, bind: { name: directory.bind.name, passwordFile } },
    policy,
    logLevel: log,
  }
}

/** The password as it stands in its file, without the line break that editors add. @throws Error in words, without the password */
export function readPassword(file: string): string {
  const bytes = readBytes(file)
  if (bytes[0] === 0xff && bytes[1] === 0xfe) throw new Error(`${file} is UTF-16: save it as UTF-8`)
  const password = new TextDecoder().decode(bytes).replace(/\r?\n$/, '')
  // An empty password is no bind at all to a directory, but a welcome to nobody in particular (RFC 4513, section 5.1.2).
  if (password === '') throw new Error(`${file} is empty: write the password of the service account into it`)
  return password
}

function readCertificates(file: string): string {
  const pem = readBytes(file).toString('utf8')
  try {
    new X509Certificate(pem)
  } catch {
    throw new Error(`${file} holds no certificate in PEM`)
  }
  return pem
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    throw new Error(missing ? `${file} is not there` : `${file} cannot be read: who runs the agent must be allowed to`)
  }
}

/** In UTF-16 units. */
const longest = 256 * 1024
const example = 'infra/agent.example.yaml'

function readYaml(file: string): unknown {
  let content: string
  try {
    content = readBytes(file).toString('utf8')
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new AgentConfigError(file, [`${why}: write one like ${example}, or name it with --config`])
  }
  if (content.length > longest)
    throw new AgentConfigError(file, [`line 1: longer than ${longest} characters: write one like ${example}`])
  const deep = whereTooDeep(content)
  if (deep) {
    const where = `line ${deep.line}, column ${deep.column}`
    const fix = 'check the brackets and the indentation on and above this line'
    throw new AgentConfigError(file, [`${where}: nested more than ${deepestYaml} levels deep: ${fix}`])
  }
  const document = parseDocument(content)
  if (document.errors.length > 0)
    throw new AgentConfigError(
      file,
      document.errors.map(({ message }) => message.split('\n')[0] ?? message),
    )
  try {
    return document.toJS({ maxAliasCount: 10 })
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    throw new AgentConfigError(file, [`${error.message}: write the values out instead of “*name”`])
  }
}

function describe(issue: z.core.$ZodIssue): string[] {
  const field = issue.path.map(String).join('.')
  const under = field === '' ? '' : `${field}.`
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `${under}${key}: is not known here: correct its spelling or take it away`)
  return [field === '' ? issue.message : `${field}: ${issue.message}`]
}
