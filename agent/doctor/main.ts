import { randomBytes } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { botAddress } from '../bot-address.ts'
import type { AgentSettings } from '../config.ts'
import { examine, type Patient } from './examine.ts'
import { line } from './finding.ts'

/**
 * `npm run agent -- doctor`: looks at everything that the agent needs and prints one line a finding, with what mends it below. Reads
 * only. To be run as the account that runs the agent, for what others may read says little.
 * @param environment may name the proxy, as it does for the agent itself
 * @param out takes one line, without its end
 * @returns whether everything needed is there; warnings do not count
 */
export async function runDoctor(
  settings: AgentSettings,
  environment: NodeJS.ProcessEnv,
  out: (line: string) => void,
): Promise<boolean> {
  const findings = await examine(patientOf(settings, environment), {
    clock: () => new Date(),
    monotonic: () => performance.now(),
    randomBytes,
    platform: process.platform,
  })
  for (const finding of findings) out(line(finding))
  const count = (status: string) => findings.filter((finding) => finding.status === status).length
  out('')
  out(`${count('missing')} missing, ${count('warning')} warnings, ${count('ok')} ok`)
  return count('missing') === 0
}

function patientOf(settings: AgentSettings, environment: NodeJS.ProcessEnv): Patient {
  const { dataFolder, directory, policy } = settings
  const { urls, ca, servername, bind } = directory
  return {
    bot: botAddress(settings, environment),
    dataFolder,
    controllers: urls.map((url) => ({
      url,
      ...(ca === undefined ? {} : { ca }),
      ...(servername === undefined ? {} : { servername }),
    })),
    bind,
    policy,
  }
}
