// For sanitized builds only. LeakSanitizer looks at a process as a debugger does, which this one does not let
// anybody do (PR_SET_DUMPABLE), and ends it with an error.

extern "C" const char* __asan_default_options() { // NOLINT(bugprone-reserved-identifier)
  return "detect_leaks=0";
}
