import type { AgentSettings } from './config.ts'
import type { Address } from './link/dial.ts'

/** How the bot is reached: by the proxy of the file, or else by the one that this machine's environment names. */
export const botAddress = ({ bot }: Pick<AgentSettings, 'bot'>, environment: NodeJS.ProcessEnv): Address => ({
  url: bot.url,
  ca: bot.ca,
  // A variable that is set to nothing is a proxy that is not there.
  proxy: bot.proxy || environment.HTTPS_PROXY || environment.https_proxy || undefined,
  noProxy: environment.NO_PROXY || environment.no_proxy || undefined,
})
