import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from '@azure/msal-node'
import type { Fetch } from './graph-transport.ts'

/**
 * msal's way out to the network, through `fetch` (so that proxies and certificate authorities are the process's own)
 * and with a time limit, which msal's own client lacks for POST.
 */
export function msalNetwork(fetch: Fetch, timeoutMilliseconds: number): INetworkModule {
  const send = async <T>(
    method: 'GET' | 'POST',
    url: string,
    options: NetworkRequestOptions | undefined,
  ): Promise<NetworkResponse<T>> => {
    const response = await fetch(url, {
      method,
      headers: options?.headers ?? {},
      ...(method === 'POST' ? { body: options?.body ?? '' } : {}),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMilliseconds),
    })
    const body: T = JSON.parse(await response.text())
    return { headers: Object.fromEntries(response.headers), body, status: response.status }
  }
  return {
    sendGetRequestAsync: (url, options) => send('GET', url, options),
    sendPostRequestAsync: (url, options) => send('POST', url, options),
  }
}
