import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ConfigError } from '../config.ts'

/** Reads the policy file. @throws ConfigError naming the setting and the fix */
export function readPolicy(file: string): string {
  return readNamed('HELPBOT_POLICY', file, 'policy')
}

function readNamed(setting: string, file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new ConfigError([
      `${setting}: ${file} cannot be read (${code ?? 'unknown'}); give the path of a ${what} file, or unset it`,
    ])
  }
}

/** Reads the catalogue's file. @throws ConfigError naming the setting and the fix */
export function readCatalogue(file: string): string {
  return readNamed('HELPBOT_CATALOGUE', file, 'catalogue')
}

/** The policy that is in force where no other is named. */
export const defaultPolicyFile = fileURLToPath(new URL('./default.yaml', import.meta.url))
