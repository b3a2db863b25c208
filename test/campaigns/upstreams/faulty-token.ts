import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SoftHsm } from '../../soft-hsm.ts'
import type { Breakable } from './stage.ts'
import type { UpstreamFault } from './upstream-faults.ts'

/** A module over SoftHSM that breaks when it is told to. */
export interface FaultyToken extends Breakable {
  readonly module: string
}

const CKR_DEVICE_REMOVED = '0x32'
const CKR_OF_NOBODY = '0xDEADBEEF'

/**
 * Each function that is called often looks into a file before all else: what it says is the fault. A
 * wrong certificate has no like among tokens but another token in the slot.
 */
const FUNCTIONS = `
#include <string.h>
#include <time.h>
static char faultNow(void) {
  FILE *file = fopen("@FILE@", "r");
  if (file == NULL) return 0;
  int c = fgetc(file);
  fclose(file);
  return c == EOF ? 0 : (char)c;
}
static unsigned long broken(void) {
  static int turn = 0;
  switch (faultNow()) {
    case 'd': return ${CKR_DEVICE_REMOVED};
    case 's': usleep(@DELAY_US@); return 0;
    case 'h': for (;;) pause();
    case 'g': return turn++ % 2 ? ${CKR_OF_NOBODY} : 0;
    case 'r': abort();
    default: return 0;
  }
}
#define PASS(name, types, values) \\
  unsigned long name types { \\
    unsigned long code = broken(); \\
    return code ? code : ((unsigned long (*) types)dlsym(RTLD_NEXT, #name)) values; \\
  }
PASS(C_GetSlotList, (unsigned char t, void *s, void *n), (t, s, n))
PASS(C_OpenSession, (long s, long f, void *a, void *n, void *h), (s, f, a, n, h))
PASS(C_FindObjectsInit, (long s, void *t, long n), (s, t, n))
PASS(C_EncryptInit, (long s, void *m, long k), (s, m, k))
unsigned long C_GetTokenInfo(long slot, char *info) {
  unsigned long code = ((unsigned long (*)(long, char *))dlsym(RTLD_NEXT, "C_GetTokenInfo"))(slot, info);
  if (faultNow() == 'c') memset(info, 'x', 32);
  return code;
}
unsigned long C_Encrypt(long s, void *d, long n, char *out, unsigned long *length) {
  char fault = faultNow();
  unsigned long (*real)(long, void *, long, char *, unsigned long *) = dlsym(RTLD_NEXT, "C_Encrypt");
  if (fault == 'c') return ${CKR_DEVICE_REMOVED};
  unsigned long code = real(s, d, n, out, length);
  if (fault == 'g') *length = 7;
  if (fault == 'r') abort();
  return code;
}
`

/** Builds the module; it needs gcc. */
export function makeFaultyToken(token: SoftHsm, delayMs: number): FaultyToken {
  const file = join(token.folder, 'fault')
  const functions = FUNCTIONS.replace('@FILE@', file).replace('@DELAY_US@', `${delayMs * 1000}`)
  return {
    module: token.moduleWith('faulty', functions),
    async break(fault: UpstreamFault) {
      writeFileSync(file, fault)
    },
    async mend() {
      rmSync(file, { force: true })
    },
  }
}
