import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ConfigError } from '../config.ts'

/** Reads the policy file. @throws ConfigError naming the setting and the fix */
export function readPolicy(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new ConfigError([
      `HELPBOT_POLICY: ${file} cannot be read (${code ?? 'unknown'}); give the path of a policy file, or unset it`,
    ])
  }
}

/** The policy that is in force where no other is named. */
export const defaultPolicyFile = fileURLToPath(new URL('./default.yaml', import.meta.url))
