// What all use cases share: the listener, the clock of the command, and the summary that is written at every
// exit.
#pragma once

#include "engine/app/host.hpp"
#include "engine/app/options.hpp"
#include "engine/app/stop_watch.hpp"
#include "engine/app/summary.hpp"
#include "engine/client/progress.hpp"
#include "engine/model/error.hpp"
#include "engine/model/time.hpp"
#include "engine/sys/clock.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pawl::app {

class session {
 public:
  // The host must outlive it.
  session(const options& o, const host& h)
      : options_(o), host_(h), stops_(h.stop), key_(h.token, h.stop.came()) {}

  // Refuses a place where no summary can be written, runs `work`, and writes the summary. Tells the failure
  // that ended `work`, turns a signal into its exit code, and reports a bug as such. `work` returns the exit
  // code or the failure that ended it.
  result conclude(const std::function<expected<int>()>& work);

  // Sets the text behind "stopped by SIGINT; ". By default: the same command goes on.
  void when_interrupted(std::string text) { when_interrupted_ = std::move(text); }

  // Sets the text at the end if the exit code is not 0 and nothing else was said. By default: what the counts
  // tell.
  void sum_up(std::string text) { sum_ = std::move(text); }

  const options& settings() const { return options_; }
  // Makes fields of these names, where the profile says of what form fields are that it does not describe.
  // Nothing that was compiled of the profile before knows them.
  void use_fields(std::span<const std::string> names) { api::add_used_fields(options_.profile, names); }
  listener& say() { return host_.says; }
  const stop_request& signals() const { return host_.stop; }
  stop_watch& stops() { return stops_; }
  const token_source& token() const { return host_.token; }
  // The key, which the steps of a command share.
  key_in_hand& key() { return key_; }
  summary& facts() { return facts_; }

  // Failure (later) outside of the hours in which writes may leave; the summary then says when they begin.
  status within_hours();

  // Notes that a read gave up, and ended the command: its reason and time go into the summary.
  void gave_up(const std::optional<client::progress_counters::giving_up>&);

  void print(const std::vector<std::string>&);  // as notes
  // What ended the use case: goes to the listener, and into the result.
  void error(const failure&);
  void show_work(std::string_view what, std::uint64_t rows, std::uint64_t bytes) {
    host_.says.working(what, rows, bytes);
  }
  void hide_work() { host_.says.worked(); }

 private:
  int end(const failure&);
  int write(int code);

  options options_;
  const host& host_;
  stop_watch stops_;
  key_in_hand key_;
  summary facts_;
  time_point started_ = clock::now();
  bool summary_refused_ = false;
  std::optional<failure> error_;
  std::string sum_;
  std::string when_interrupted_ = "the same command goes on";
};

// For a use case that cannot begin: tells why, and writes the summary, which names the target of the options
// and this ledger (empty: none).
result refuse(const options&, const host&, const failure& why, const std::string& ledger_path);

}  // namespace pawl::app
