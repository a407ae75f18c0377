import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A small disk of its own under a folder, which can be full. */
export interface DataDisk {
  /** False where this process may not mount anything: then nothing is ever full. */
  readonly isReal: boolean
  fill(): void
  empty(): void
  /** Takes it away again; what was on it is gone. */
  close(): void
}

/** Mounts a tmpfs of two megabytes there (mount(8) is for the administrator). What was in the folder before is hidden. */
export function mountDataDisk(folder: string): DataDisk {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const mount = ['-t', 'tmpfs', '-o', 'size=2m,mode=0700', 'tmpfs', folder]
  const isReal = spawnSync('mount', mount, { timeout: 10_000, stdio: 'ignore' }).status === 0
  const ballast = join(folder, 'ballast')
  const empty = () => rmSync(ballast, { force: true })
  return {
    isReal,
    fill() {
      if (!isReal) return
      try {
        writeFileSync(ballast, Buffer.alloc(4 * 1024 * 1024))
      } catch {
        // As much as there was room for: the disk is full now.
      }
    },
    empty,
    close() {
      empty()
      if (isReal) spawnSync('umount', ['-l', folder], { timeout: 10_000, stdio: 'ignore' })
    },
  }
}
