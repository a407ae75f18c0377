import { z } from 'zod'

/** What V8's sampling profiler says, as in a .cpuprofile file (Chrome DevTools Protocol, Profiler.Profile). */
export const profile = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number() }),
      children: z.array(z.number()).optional(),
    }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
})
export type Profile = z.infer<typeof profile>
type Frame = Profile['nodes'][number]['callFrame']

/** Where processor time went, in milliseconds; what was idle is left out. */
export interface Spent {
  readonly byCategory: ReadonlyMap<string, number>
  /** By function and place. */
  readonly byFunction: ReadonlyMap<string, number>
  readonly total: number
}

/** By where the running function stands in a file; the first that fits. */
const categories: readonly (readonly [string, RegExp])[] = [
  ['JSON', /\/infra\/bench\/visible-json\.ts$/],
  [
    'JWT and crypto',
    /node_modules\/(jose|jsonwebtoken|jws|jwa|jwks-rsa|@azure\/msal-[^/]*|@node-rs\/argon2|otplib|@otplib)\/|^node:(internal\/)?crypto/,
  ],
  ['SQL client: pg, kysely', /node_modules\/(pg|pg-pool|pg-protocol|pg-types|pgpass|postgres-[^/]*|kysely)\//],
  ['DBOS SDK', /node_modules\/(@dbos-inc|superjson|copy-anything)\//],
  ['Redis client', /node_modules\/(redis|@redis)\//],
  ['Bot Framework', /node_modules\/(botbuilder[^/]*|botframework[^/]*|@azure\/[^/]+|@typespec)\//],
  ['cards: Adaptive Cards, Block Kit', /\/cards\/|node_modules\/(adaptivecards[^/]*|adaptive-expressions|antlr4ts)\//],
  ['Slack SDK', /node_modules\/@slack\//],
  ['zod', /node_modules\/zod\//],
  ['pino', /node_modules\/(pino|sonic-boom|thread-stream|pino-[^/]+)\//],
  [
    'HTTP and web sockets: express, undici, ws',
    /node_modules\/(express|router|body-parser|raw-body|qs|undici|ws|axios|follow-redirects|form-data|finalhandler|send|iconv-lite)\/|^node:(_http|http|internal\/deps\/undici|internal\/http)/,
  ],
  ['Node: sockets, streams, timers, promises', /^node:/],
  ['the rest of HelpBot', /\/(bot|dialogs|agent)\/[^ ]*\.ts$/],
  ['other packages', /node_modules\//],
]

const garbage = 'garbage collection'
const native = 'V8 and the kernel, in no JavaScript function'

/** Sums the time of a profile by where it was spent itself; native functions count where they were called. */
export function sumUp({ nodes, samples, timeDeltas }: Profile): Spent {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parentOf = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)))
  const byCategory = new Map<string, number>()
  const byFunction = new Map<string, number>()
  let total = 0
  const add = (map: Map<string, number>, key: string, time: number) => map.set(key, (map.get(key) ?? 0) + time)
  samples.forEach((id, index) => {
    const time = (timeDeltas[index] ?? 0) / 1_000
    const frame = byId.get(id)?.callFrame
    if (!frame || frame.functionName === '(idle)') return
    total += time
    let place: Frame = frame
    for (let at: number | undefined = id; at !== undefined && place.url === ''; at = parentOf.get(at))
      place = byId.get(at)?.callFrame ?? place
    add(byCategory, categoryOf(frame, place), time)
    add(byFunction, `${frame.functionName || '(anonymous)'} ${shortened(place)}`, time)
  })
  return { byCategory, byFunction, total }
}

function categoryOf({ functionName }: Frame, { url }: Frame): string {
  if (functionName === '(garbage collector)') return garbage
  return categories.find(([, fits]) => fits.test(url))?.[0] ?? native
}

/** A place without the folder that the project stands in. */
function shortened({ url, lineNumber }: Frame): string {
  const inPackage = /node_modules\/(.+)$/.exec(url)?.[1]
  const path = inPackage ?? url.replace(/^file:\/\/.*\/(?=(bot|dialogs|cards|agent|infra)\/)/, '')
  return path === '' ? '' : `${path}:${lineNumber + 1}`
}
