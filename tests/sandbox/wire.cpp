// Turns a reply into bytes: status line, headers, body, whole or in chunks, and broken if a fault says so.
#include "tests/sandbox/service.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace sandbox {

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 204:
      return "No Content";
    case 207:
      return "Multi-Status";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 422:
      return "Unprocessable Entity";
    case 423:
      return "Locked";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Status";
  }
}

std::string gateway_page(int status) {
  const std::string title = std::to_string(status) + ' ' + std::string{reason_phrase(status)};
  return "<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n<center><h1>" + title +
         "</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";
}

void service::write_wire(const request& r, const course& c, const reply& rep, time_us now, outgoing& out) {
  const time_us told = now + behaviour_.clock_offset.count();
  if (told / one_second != date_second_) {
    date_second_ = told / one_second;
    date_ = http_date(told);
  }
  const bool close = rep.announce_close || !r.keep_alive;
  std::string& w = out.wire;
  w.clear();
  w += "HTTP/1.1 ";
  append_number(w, static_cast<std::uint64_t>(rep.status));
  w += ' ';
  w += reason_phrase(rep.status);
  w += "\r\nDate: ";
  w += date_;
  const bool no_body = rep.status == 204 || rep.status == 304;
  if (!no_body && !rep.content_type.empty()) {
    w += "\r\nContent-Type: ";
    w += rep.content_type;
  }
  if (rep.foreign) {
    w += "\r\nServer: nginx";
  } else {
    budgets untouched{rep.key == nullptr ? keys_.limits() : limit_list{}};
    vendor_.append_headers(w, rep, c, rep.key == nullptr ? untouched : rep.key->used,
                           behaviour_.headers == rate_headers::send, now, told);
    for (const auto& [name, value] : rep.headers) w.append("\r\n").append(name).append(": ").append(value);
  }
  if (rep.retry_after) {
    w += "\r\nRetry-After: ";
    append_number(w, *rep.retry_after);
  }
  if (!rep.location.empty()) {
    w += "\r\nLocation: ";
    w += rep.location;
  }
  if (close) w += "\r\nConnection: close";

  out.how = rep.how;
  out.reset = (c.dice & 1) != 0;
  out.status = rep.how == delivery::drop || rep.how == delivery::hold ? 0 : rep.status;
  if (close && out.how == delivery::send) out.how = delivery::send_and_close;

  if (no_body) {
    w += "\r\n\r\n";  // neither a body nor a length (RFC 9110, 15.3.5 and 15.4.5)
  } else if (behaviour_.chunked) {
    w += "\r\nTransfer-Encoding: chunked\r\n\r\n";
    const std::size_t half = rep.body.size() / 2;
    for (const std::string_view part :
         {std::string_view{rep.body}.substr(0, half), std::string_view{rep.body}.substr(half)}) {
      if (part.empty()) continue;
      char size[16];
      const auto end = std::to_chars(size, size + sizeof size, part.size(), 16).ptr;
      w.append(size, static_cast<std::size_t>(end - size));
      w += "\r\n";
      w += part;
      w += "\r\n";
    }
    w += "0\r\n\r\n";
  } else {
    w += "\r\nContent-Length: ";
    append_number(w, rep.body.size());
    w += "\r\n\r\n";
    w += rep.body;
  }
  if (!rep.fault) return;
  if (rep.fault.kind->answer == answer_kind::half)
    w.resize(w.size() - std::max<std::size_t>(1, rep.body.size() / 2));
  if (rep.fault.kind->answer == answer_kind::not_http) w = "\x15\x03\x01 this is no reply\r\n\r\n";
}

}  // namespace sandbox
