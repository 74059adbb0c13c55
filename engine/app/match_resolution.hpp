// Finds the resource of every pending row where rows name them by the value of a field
// (source_options::match), before anything is written. For `run` and `plan`.
#pragma once

#include "engine/api/matching.hpp"
#include "engine/app/ledger_choice.hpp"
#include "engine/app/session.hpp"
#include "engine/client/read_client.hpp"
#include "engine/input/field_names.hpp"
#include "engine/input/row_rules.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/model/error.hpp"
#include "engine/model/job.hpp"
#include "engine/model/matched_value.hpp"
#include "engine/model/time.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace pawl::app {

class match_resolution {
 public:
  struct terms {
    const ledger::row_set& done;  // the other rows
    std::uint64_t pending = 0;
    std::uint32_t at_once = 1;  // look-ups at the same time
    // Keeps answers beyond this process, some at a time; empty: nobody does.
    std::function<status(std::span<const matched_value>)> keep;
  };
  // All outlive it.
  match_resolution(session& s, ledger_choice& choice, boost::asio::io_context& io, terms t)
      : s_(s), choice_(choice), io_(io), t_(std::move(t)) {}

  // Looks each value up once that is not known yet. The source stands where the first pending row may be, and
  // again afterwards; from then on it gives rows the ids. Does nothing where rows have ids. Failures:
  //   usage  rows whose value is that of no resource, or of several; it has told which, each with its line.
  //          Not where such rows are skipped, or an earlier invocation has accepted them: the source then
  //          gives them as bad rows
  //   mend, later  as client::look_up()
  boost::asio::awaitable<status> look_up(client::read_client&);

 private:
  // Rows of a kind that cannot be applied.
  struct wrong_rows {
    std::uint64_t rows = 0;
    std::vector<std::string> first;  // complaints
    void add(std::string complaint);
  };

  bool is_pending(const job_batch&, std::size_t at) const;
  status find_unknown(const job_batch&);
  boost::asio::awaitable<status> ask(client::read_client&);
  boost::asio::awaitable<void> take_turns(client::read_client&);
  std::optional<failure> refuse_ids(const matched_value&) const;
  status keep();
  status look_at(const job_batch&);
  void show();
  status conclude();

  session& s_;
  ledger_choice& choice_;
  boost::asio::io_context& io_;
  terms t_;
  std::optional<api::match_way> way_;
  std::optional<input::field_names> names_;
  std::optional<input::row_rules> rules_;
  std::vector<std::string> unknown_;  // values of the present batch that have to be looked up, each once
  std::size_t next_ = 0;              // of these
  std::vector<matched_value> found_;
  std::optional<failure> failed_;
  std::uint64_t looked_at_ = 0;  // rows
  time_point told_{};            // when a note told last how far it is
  wrong_rows unmatched_, ambiguous_;
};

}  // namespace pawl::app
