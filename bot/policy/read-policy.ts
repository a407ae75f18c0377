import { readFileSync } from 'node:fs'
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
