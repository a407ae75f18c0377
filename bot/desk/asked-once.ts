import type { Desk, Standing } from '../desk.ts'

/**
 * A dialog that is run again asks for every round of its past where the person stands. The answer is looked up once, and anew after
 * anything else was done at the desk: only that, or time, can have changed it. For one run of a dialog.
 */
export function askedOnce(desk: Desk): Desk {
  const known = new Map<string, Promise<Standing>>()
  const standing: Desk['standing'] = (operation, about) => {
    const key = `${operation}/${about ?? ''}`
    const asked = known.get(key) ?? desk.standing(operation, about)
    known.set(key, asked)
    return asked
  }
  return new Proxy(
    { ...desk, standing },
    {
      get(all, name, receiver) {
        if (name !== 'standing' && name !== 'now') known.clear()
        return Reflect.get(all, name, receiver)
      },
    },
  )
}
