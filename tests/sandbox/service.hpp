// The API itself, without sockets: a request goes in when it has arrived, the bytes of its reply come out
// when the server says so. Between the two lies the delay that the settings ask for; the limits count, and
// the state changes, at the second step.
#pragma once

#include "tests/sandbox/faults.hpp"
#include "tests/sandbox/journal.hpp"
#include "tests/sandbox/keys.hpp"
#include "tests/sandbox/state.hpp"
#include "tests/sandbox/text.hpp"

#include <boost/json/fwd.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sandbox {

struct violation;

enum class count_point : std::uint8_t { arrival, reply, random };
enum class rate_headers : std::uint8_t { send, leave_out };

// Every API request gets this instead of its answer.
struct forced_reply {
  int status = 500;
  std::string code = "internal_error", message = "Forced by the sandbox.", location;
  std::optional<request_class> only;   // absent: reads and writes
  std::optional<std::uint64_t> times;  // absent: until it is taken back
};

// How the sandbox behaves; all of it can change while it runs.
struct behaviour {
  fault_rates faults;
  std::chrono::microseconds delay{0}, delay_jitter{0};  // reply time: delay + up to jitter, evenly spread
  std::chrono::microseconds slow{one_second};           // what the fault `slow` adds
  std::chrono::seconds injected_retry_after{1};         // of the faults r429 and e503-retry
  count_point count_at = count_point::arrival;
  rate_headers headers = rate_headers::send;
  std::chrono::microseconds clock_offset{0};  // added to the time that headers tell
  bool chunked = false;                       // replies in chunks instead of with Content-Length
  std::uint32_t most_in_flight = 0;           // with more under way, API requests are refused; 0: no bound
  int over_status = 503;                      // 429 or 503
  bool refuse_unknown_ids = false;  // an unknown tag, user, contact or company is a 400, not a new one

  std::optional<forced_reply> forced;
};

enum class outage_kind : std::uint8_t {
  none,
  refuse,  // nobody listens
  reset,   // connections are accepted and reset at once
  silent,  // connections are accepted, then nothing
  page,    // something in front of the API answers every request: service::put_in_front()
};

// A request as the server has read it. Views live as long as the server's buffer.
struct request {
  std::uint64_t connection = 0;
  time_us arrived = 0;
  std::string_view method, target, authorization, api_key, content_type, body;
  bool keep_alive = true;
};

enum class endpoint_kind : std::uint8_t {
  unknown,
  me,
  tags,
  threads,
  thread,
  item,  // `/v1/items/ID`, the generic API: key in X-Api-Key, any object is taken, the answer is 204
  // `/v1/documents/ID`, an API whose PUT replaces and erases what it is not sent; key in X-Api-Key. A
  // document is made by control.
  document,
};

// What is decided on arrival.
struct course {
  std::uint64_t number = 0;  // of the request
  endpoint_kind where = endpoint_kind::unknown;
  request_class kind = request_class::read;
  std::string id;  // of the thread, item or document, decoded
  std::string_view query;
  sandbox::fault fault;
  bool too_many = false;                          // over behaviour::most_in_flight
  std::uint64_t dice = 0;                         // of this request, for whatever is left to chance
  std::chrono::microseconds before{0}, after{0};  // the delay, on either side of answer()
};

enum class delivery : std::uint8_t { send, send_and_close, send_and_drop, drop, hold, dribble };

struct outgoing {
  std::string wire;  // reused from request to request
  delivery how = delivery::send;
  bool reset = false;  // a dropped connection ends with RST, else with FIN
  int status = 0;
};

class service {
 public:
  service(store&, key_ring&, journal&, behaviour, std::uint64_t seed, std::string workspace);

  // One more step of the script of a thread: `e500`, `drop-after+slow`, `ok`, `e500*`. False: no such fault.
  bool script(request_class kind, std::string_view id, std::string_view step) {
    return (kind == request_class::write ? script_ : read_script_).add(id, step);
  }

  // From here on the request is under way, until finished().
  course plan(const request&);
  void finished() { --under_way_; }
  void answer(const request&, const course&, time_us now, outgoing&);

  // A foreign fault that every request gets until it is taken away, whoever asks and for what.
  void put_in_front(std::optional<fault> page) { page_ = page; }

  // Control endpoints (`/_sandbox/...`): no key, no limits, no faults, no journal.
  static bool is_control(std::string_view target);
  void control(const request&, time_us now, outgoing&);

  // `{"totals":...,"limits":[...],"threads":{...},"items":{...}}`.
  enum class truth_scope { everything, changed, totals };
  std::string truth(truth_scope, time_us now) const;

  totals& counts() { return totals_; }
  // Called by the control endpoint; `for_how_long` zero: until told otherwise. Set by the server, which takes
  // a page away again when its time is over.
  std::function<void(outage_kind, std::chrono::microseconds for_how_long)> on_outage;

 private:
  struct reply;  // status, body and headers before they become bytes

  void answer_accepted(const request&, const course&, api_key&, time_us now, reply&);
  void serve(const request&, const course&, api_key&, time_us now, reply&);
  void serve_thread(const request&, const course&, time_us now, reply&);
  void distort(const course&, reply&);
  void write_wire(const request&, const course&, const reply&, time_us now, outgoing&);
  void serve_item(const request&, const course&, reply&);
  void serve_document(const request&, const course&, reply&);
  void refuse(reply&, const std::vector<violation>&);
  bool scope_missing(const api_key&, std::string_view scope, reply&) const;
  std::vector<violation> unknown_ids(const boost::json::object& patch) const;
  static void spare(thread&, fault&);
  bool kept_from_the_api(const course&, reply&);
  bool forced(const course&, reply&);
  bool refused_as_too_many(const course&, reply&);

  std::string configure(std::string_view body);  // empty: done, else what is wrong
  std::string edit_thread(std::string_view id, std::string_view body, time_us now, int& status);

  store& store_;
  key_ring& keys_;
  journal& journal_;
  behaviour behaviour_;
  fault_script script_, read_script_;
  std::optional<fault> page_;
  totals totals_;
  std::uint32_t under_way_ = 0;
  std::uint64_t seed_;
  std::string workspace_;
  std::string date_;  // the Date header of date_second_
  time_us date_second_ = no_time;
  std::string body_;  // scratch
};

}  // namespace sandbox
