import { mkdir, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/** A folder that only its owner looks into. On Windows the installer sets who may. */
export async function privateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
}

/** Replaces a file by one that only its owner can read: afterwards it is either the old one or the new one, whatever happens. */
export async function writeDurably(file: string, text: string): Promise<void> {
  const fresh = `${file}.new`
  const handle = await open(fresh, 'w', 0o600)
  try {
    await handle.chmod(0o600)
    await handle.writeFile(text, 'utf8')
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(fresh, file)
  await syncFolderOf(file)
}

/** So that a new name survives a loss of power. Windows has nothing like it, and needs nothing like it: NTFS journals its names. */
export async function syncFolderOf(file: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(dirname(file), 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
