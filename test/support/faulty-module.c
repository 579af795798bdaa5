// A PKCS #11 module that is SoftHSM but for the faults that the environment names: FAULTY_PKCS11 holds
// FUNCTION=FAULT, several apart by commas. FAULT is crash, hang, or a return value; for GetTokenInfo also flags:BITS.
// Laid out for LP64 Unix.
#include <dlfcn.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef unsigned long (*function)();
struct list {
  unsigned char version[2];
  function functions[68];
};

enum { INITIALIZE = 0, GET_TOKEN_INFO = 6, LOGIN = 18, SIGN = 43 };
static struct list real, faulty;

static const char *fault_of(const char *name) {
  const char *all = getenv("FAULTY_PKCS11");
  const char *found = all == NULL ? NULL : strstr(all, name);
  return found != NULL && found[strlen(name)] == '=' ? found + strlen(name) + 1 : NULL;
}

// 1 where the real function goes on.
static int fails(const char *name, unsigned long *value) {
  const char *fault = fault_of(name);
  if (fault == NULL || strncmp(fault, "flags:", 6) == 0) return 0;
  if (strncmp(fault, "crash", 5) == 0) raise(SIGSEGV);
  if (strncmp(fault, "hang", 4) == 0) for (;;) pause();
  *value = strtoul(fault, NULL, 0);
  return 1;
}

static unsigned long initialize(void *arguments) {
  unsigned long value;
  return fails("Initialize", &value) ? value : real.functions[INITIALIZE](arguments);
}

static unsigned long get_token_info(unsigned long slot, unsigned char *info) {
  unsigned long value;
  if (fails("GetTokenInfo", &value)) return value;
  value = real.functions[GET_TOKEN_INFO](slot, info);
  const char *fault = fault_of("GetTokenInfo");
  if (fault != NULL) *(unsigned long *)(info + 96) |= strtoul(fault + 6, NULL, 0);
  return value;
}

static unsigned long login(unsigned long session, unsigned long user, unsigned char *pin, unsigned long length) {
  unsigned long value;
  return fails("Login", &value) ? value : real.functions[LOGIN](session, user, pin, length);
}

static unsigned long sign(unsigned long session, unsigned char *data, unsigned long length, unsigned char *signature,
                          unsigned long *room) {
  unsigned long value;
  if (!fails("Sign", &value)) return real.functions[SIGN](session, data, length, signature, room);
  // A value of 0 is a signature that does not verify.
  if (value == 0) memset(signature, 1, *room = 64);
  return value;
}

unsigned long C_GetFunctionList(struct list **result) {
  void *library = dlopen(getenv("FAULTY_PKCS11_REAL"), RTLD_NOW);
  struct list *found;
  if (library == NULL || ((function)dlsym(library, "C_GetFunctionList"))(&found) != 0) return 5;
  real = faulty = *found;
  faulty.functions[INITIALIZE] = (function)initialize;
  faulty.functions[GET_TOKEN_INFO] = (function)get_token_info;
  faulty.functions[LOGIN] = (function)login;
  faulty.functions[SIGN] = (function)sign;
  *result = &faulty;
  return 0;
}
