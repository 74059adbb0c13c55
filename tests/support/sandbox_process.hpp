// A pawl-sandbox that belongs to one test: starts it, asks it and stops it.
#pragma once

#include "tests/support/child_process.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::test {

class sandbox_process {
 public:
  // The key that the sandbox accepts if it is started without --key.
  static constexpr std::string_view default_key = "pl_v2_sandbox_0123456789abcdefghij";

  // Starts it with these arguments (see `pawl-sandbox --help`) and returns when it is ready. The CA goes to a
  // file of its own unless --plain is among the arguments. Throws std::runtime_error with its complaints.
  explicit sandbox_process(std::vector<std::string> arguments = {});

  const std::string& base_url() const { return base_url_; }
  // The base URL without `/api/v2`: the generic API of the profile `internal-example` is there
  // (`/v1/items/ID`).
  std::string root_url() const { return base_url_.substr(0, base_url_.rfind("/api/")); }
  const std::string& ca_file() const { return ca_file_; }  // empty with --plain
  std::uint16_t port() const { return port_; }

  // What really happened. `threads` holds every thread by id; only_changed leaves out those that nobody wrote
  // to.
  enum class threads { all, only_changed };
  boost::json::value truth(threads = threads::all) const;
  // The member `totals` of the truth; cheap to ask for again and again.
  boost::json::object totals() const;
  // One thread of the truth.
  boost::json::object thread(std::string_view id) const;
  // The last requests, oldest first.
  std::vector<boost::json::value> journal(std::size_t last = 10'000) const;

  // Changes settings; the JSON of POST /_sandbox/config, for example {"outage":true,"outage_for":"2s"}.
  void configure(std::string_view json) const;
  // Edits a thread by hand, as somebody in the web page would.
  void edit(std::string_view id, std::string_view json) const;

  // One resource of the truth of another API than Productlane (--api), and an edit of it behind the API's
  // back:
  // {"set":{...}}, {"gone":404}, {"moved_to":"ID"}, {"merged_into":"ID"}, {"locked":true}.
  boost::json::value resource(std::string_view id) const;
  void edit_resource(std::string_view id, std::string_view json) const;

  // A document of the API whose PUT replaces (`/v1/documents/ID`). put_document() creates or changes it;
  // document() returns it as it is now.
  void put_document(std::string_view id, std::string_view json) const;
  std::string document(std::string_view id) const;

  // Ends it with SIGTERM and waits.
  void stop();
  child_process& process() { return process_; }

 private:
  std::string control(std::string_view method, std::string_view path, std::string_view body = {}) const;

  temp_dir files_;
  child_process process_;
  std::string base_url_, ca_file_;
  std::uint16_t port_ = 0, control_port_ = 0;
};

}  // namespace pawl::test
