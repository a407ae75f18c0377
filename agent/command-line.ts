import { parseArgs } from 'node:util'

export type Order =
  | { readonly do: 'run' | 'doctor' | 'help'; readonly config: string }
  | {
      readonly do: 'enrol'
      readonly config: string
      readonly code: string
      readonly name: string | undefined
      readonly again: boolean
    }
  | { readonly do: 'nothing'; readonly because: string }

export const usage = `npm run agent -- [run | enrol | doctor] [--config FILE]

  run                 work for the bot, until stopped; what is done when nothing is said
  enrol [CODE]        make this agent known to the bot that made the code; asks for it where it is left out or "-", for what is typed
                      here is seen by others on this machine and kept in histories
      --name NAME     what IT will see; the name of this machine when left out
      --again         also where this agent belongs to a bot already
  doctor              look at everything the agent needs, and name what is missing
  --config FILE       ./agent.yaml when left out`

/** Understands what was typed. */
export function readCommandLine(typed: readonly string[]): Order {
  let parsed: ReturnType<typeof parse>
  try {
    parsed = parse(typed)
  } catch (error) {
    return { do: 'nothing', because: error instanceof Error ? error.message : String(error) }
  }
  const { values, positionals } = parsed
  const [verb = 'run', code, ...more] = positionals
  const { config } = values
  if (values.help) return { do: 'help', config }
  if (verb === 'enrol') {
    if (more.length > 0) return { do: 'nothing', because: 'enrol takes one code, or none and asks for it' }
    return { do: 'enrol', config, code: code ?? '-', name: values.name, again: values.again }
  }
  if (code !== undefined || values.name !== undefined || values.again)
    return { do: 'nothing', because: `${verb} takes nothing but --config` }
  if (verb === 'run' || verb === 'doctor') return { do: verb, config }
  return { do: 'nothing', because: `there is no “${verb}”` }
}

const parse = (typed: readonly string[]) =>
  parseArgs({
    args: [...typed],
    allowPositionals: true,
    options: {
      config: { type: 'string', default: './agent.yaml' },
      name: { type: 'string' },
      again: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
