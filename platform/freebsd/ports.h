// The small ports: time, randomness, hashes, messages.
#pragma once

#include "core/ports/clock.h"
#include "core/ports/entropy.h"
#include "core/ports/hash.h"
#include "core/ports/log.h"

namespace isboot::freebsd {

// The time since the kernel started. When the module is being stopped, time is over: every
// deadline has passed, so that nobody waits or tries again.
class KernelClock final : public Clock {
public:
  Millis now() override;
  void sleep_until(Millis when) override;
};

// Early in a boot the kernel may not have gathered enough yet: it is given some seconds. A loader
// that loads /boot/entropy saves them.
class KernelEntropy final : public Entropy {
public:
  explicit KernelEntropy(KernelClock& clock) : clock_{clock} {}
  Result<Done> fill(MutableBytes out) override;

private:
  KernelClock& clock_;
  bool has_waited_ = false;  // in vain, once: each login draws several times
};

// MD5, SHA-1 and SHA-256; the kernel has no SHA3.
class KernelHash final : public Hash {
public:
  std::size_t size(HashAlgorithm algorithm) override;
  Result<Done> digest(HashAlgorithm algorithm, std::span<const Bytes> parts,
                      MutableBytes out) override;
};

// "isboot: 0.041 em0 up, 10.0.2.15/24": seconds since the log was made.
class KernelLog final : public Log {
public:
  KernelLog();

  // As hw.isboot.verbose: 0 warnings and errors, 1 steps, 2 and 3 details.
  void set_verbose(int verbose) { verbose_ = verbose; }
  void set_muted(bool muted) { muted_ = muted; }
  void write(LogLevel level, Text line) override;
  Text words(Code code) override;

private:
  Millis start_;
  int verbose_ = 1;
  bool muted_ = false;
};

// Says nothing in its life if `muted`: what fails again and again has been said.
class Muted {
public:
  Muted(KernelLog& log, bool muted) : log_{log} { log_.set_muted(muted); }
  Muted(const Muted&) = delete;
  Muted& operator=(const Muted&) = delete;
  ~Muted() { log_.set_muted(false); }

private:
  KernelLog& log_;
};

}  // namespace isboot::freebsd
