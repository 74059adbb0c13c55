#include "config/token_command.hpp"

#include "config/token.hpp"
#include "engine/client/printed_key.hpp"
#include "engine/sys/clock.hpp"
#include "engine/sys/wall_clock.hpp"
#include "engine/text/amounts.hpp"
#include "engine/text/printable.hpp"
#include "engine/text/redaction.hpp"
#include "engine/text/trim.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace pawl::config {
namespace {

constexpr const char* key_of_setting = "auth.token_command";
constexpr std::size_t most_words = 400;     // bytes of standard error in a message; chosen
constexpr std::size_t most_secrets = 1000;  // pieces of standard output that are looked for in it; chosen

// Conceals in the program's words whatever it printed besides: a program that fails half-way, or traces what
// it does, may repeat a key. False: it printed too much to be looked for.
bool conceal_output(std::string& words, std::string_view output) {
  constexpr std::string_view between = " \t\r\n\"',:;={}[]()<>";
  redaction printed;
  std::size_t pieces = 0;
  while (!output.empty()) {
    const auto piece = output.substr(0, output.find_first_of(between));
    output.remove_prefix(std::min(output.size(), piece.size() + 1));
    if (piece.empty()) continue;
    if (++pieces > most_secrets) return false;
    printed.add(piece);
  }
  printed.conceal(words.data(), words.size());
  return true;
}

// The end of what it said, in one line; empty: nothing that may be shown.
std::string words_of(const program_end& end) {
  auto words = end.errors;
  // A first line whose beginning is lost may be a part of a key.
  if (end.errors_are_cut) words.erase(0, std::min(words.size(), words.find('\n')));
  if (!conceal_output(words, end.output)) return {};
  conceal_secrets(words);
  auto last = trim(words);
  if (last.size() > most_words) {
    last.remove_prefix(last.size() - most_words);
    last.remove_prefix(std::min(last.size(), last.find_first_of(" \t\r\n")));
    last = trim(last);
  }
  std::string shown;
  append_printable(shown, last, 2 * most_words);
  return shown;
}

std::string how_it_ended(const program_end& end, const program_limits& limits) {
  using how = program_end::how;
  switch (end.is) {
    case how::exited:
      return fmt::format("ended with exit code {}", end.number);
    case how::signalled:
      return end.number == 0 ? std::string{"ended, and its exit code is not known"}
                             : fmt::format("was ended by signal {}", end.number);
    case how::timed_out:
      return fmt::format("had not ended after {}, and was killed", in_words(limits.time));
    case how::too_much:
      return fmt::format("printed more than {} KiB, and was killed", limits.output / 1024);
    case how::given_up:
      return "was killed";
    case how::not_started:
      break;
  }
  return std::string{"cannot be started: "} + std::strerror(end.number);
}

}  // namespace

expected<app::token_reading> make_token(const settings& from, const program_limits& limits,
                                        const std::atomic<bool>& given_up) {
  const auto program = shown_token_command(from.token_command);
  const auto asked_at = wall_now();
  policy::key_life life{clock::now(), {}};
  const auto end = run_program(from.token_command, limits, given_up);
  if (end.is == program_end::how::given_up)
    return failure{failure_kind::later, key_of_setting, "interrupted while " + program + " made a key",
                   "run the same command again"};
  const auto words = words_of(end);
  const auto wrong = [&](const std::string& what) {
    return failure{failure_kind::mend, key_of_setting,
                   program + " " + what + (words.empty() ? "" : ": " + words),
                   "run it by hand, mend it, and run the same command again"};
  };
  if (end.is != program_end::how::exited || end.number != 0) return wrong(how_it_ended(end, limits));
  auto printed = client::read_printed_key(end.output, asked_at);
  if (!printed) return wrong("made no key: " + printed.error().what);
  if (printed->value.empty()) return wrong("made no key: it printed nothing");
  if (const auto good = check_key(printed->value, key_of_setting, "what it printed", from); !good)
    return wrong("made no key: " + good.error().what);
  if (printed->life) life.ends = life.begun + *printed->life;
  if (life.ends && *life.ends <= clock::now())
    return wrong("made no key: the key that it printed ended before the program did");
  keep_secret(printed->value);
  return app::token_reading{secret{std::move(printed->value)}, {}, life};
}

secret common_of_tokens(const settings& from) {
  std::string text = "token_command";
  for (const auto& word : from.token_command) (text += '\0') += word;
  return secret{std::move(text)};
}

}  // namespace pawl::config
