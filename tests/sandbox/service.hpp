// What all APIs share, without sockets. A request goes in when it has arrived, and the bytes of its reply
// come out when the server asks for them. The delay of the settings lies between these two steps; at the
// second one the limits count and the state changes.
#pragma once

#include "tests/sandbox/apis/vendor.hpp"
#include "tests/sandbox/journal.hpp"
#include "tests/sandbox/text.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sandbox {

enum class count_point : std::uint8_t { arrival, reply, random };
enum class rate_headers : std::uint8_t { send, leave_out };

// Every API request gets this reply instead of its own.
struct forced_reply {
  int status = 500;
  std::string code = "internal_error", message = "Forced by the sandbox.", location;
  std::optional<request_class> only;         // absent: reads and writes
  std::optional<std::uint64_t> times;        // absent: until it is withdrawn
  std::optional<std::uint64_t> retry_after;  // seconds; absent: only a 429 has it, the injected one
};

// How the sandbox behaves; all of it can change while the sandbox runs.
struct behaviour {
  fault_rates faults;
  std::chrono::microseconds delay{0}, delay_jitter{0};  // reply time: delay + up to jitter, evenly spread
  std::chrono::microseconds slow{one_second};           // added by the fault `slow`
  std::chrono::seconds injected_retry_after{1};         // of the faults r429 and e503-retry
  count_point count_at = count_point::arrival;
  rate_headers headers = rate_headers::send;
  std::chrono::microseconds clock_offset{0};  // added to the time that headers show
  bool chunked = false;                       // send replies in chunks instead of with Content-Length
  std::uint32_t most_in_flight = 0;  // API requests beyond so many at the same time are refused; 0: no bound
  int over_status = 503;             // 429 or 503
  std::chrono::microseconds day{true_day};  // how long a day is for limits

  std::optional<forced_reply> forced;
};

enum class outage_kind : std::uint8_t {
  none,
  refuse,  // nobody listens
  reset,   // connections are accepted and reset at once
  silent,  // connections are accepted, and nothing is sent
  page,    // something in front of the API answers every request: service::put_in_front()
};

struct outgoing {
  std::string wire;  // reused from request to request
  delivery how = delivery::send;
  bool reset = false;  // a dropped connection ends with RST instead of FIN
  int status = 0;
};

class service {
 public:
  service(vendor&, key_ring&, journal&, behaviour, std::uint64_t seed);

  // Adds a step to the script of a thread: `e500`, `drop-after+slow`, `ok`, `e500*`. False: there is no such
  // fault.
  bool script(request_class kind, std::string_view id, std::string_view step) {
    return (kind == request_class::write ? script_ : read_script_).add(id, step);
  }

  // The request counts as under way from here until finished().
  course plan(const request&);
  void finished() { --under_way_; }
  void answer(const request&, const course&, time_us now, outgoing&);

  // Sets a foreign fault that every request gets, whatever it asks for, until it is removed.
  void put_in_front(std::optional<fault> page) { page_ = page; }

  // Control endpoints (`/_sandbox/...`) have no key, no limits, no faults and no journal.
  static bool is_control(std::string_view target);
  void control(const request&, time_us now, outgoing&);

  // `{"totals":...,"limits":[...],"violations":[...],...}`, and behind it the resources of the vendor.
  enum class truth_scope { everything, changed, totals };
  std::string truth(truth_scope, time_us now) const;

  totals& counts() { return totals_; }
  // The control endpoint calls it; a zero `for_how_long` means until further notice. The server sets it, and
  // removes a page when its time is over.
  std::function<void(outage_kind, std::chrono::microseconds for_how_long)> on_outage;

 private:
  void answer_accepted(const call&, reply&);
  void distort(const call*, const course&, time_us now, reply&);
  static bool leave_results_out(std::string& body);
  bool serve_part(const call&, reply&);
  void write_wire(const request&, const course&, const reply&, time_us now, outgoing&);
  static void spare(traffic&, fault&);
  bool kept_from_the_api(const course&, time_us now, reply&);
  bool forced(const course&, reply&);
  bool refused_as_too_many(const course&, reply&);

  std::string configure(std::string_view body);  // empty: done; else the text says what is wrong

  vendor& vendor_;
  key_ring& keys_;
  journal& journal_;
  behaviour behaviour_;
  fault_script script_, read_script_;
  std::optional<fault> page_;
  totals totals_;
  std::uint32_t under_way_ = 0;
  std::uint64_t seed_;
  std::string date_;  // the Date header of date_second_
  time_us date_second_ = no_time;
  std::string body_;  // scratch
};

}  // namespace sandbox
