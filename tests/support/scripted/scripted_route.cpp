// The script of one path: replies in order, and how each of them is sent.
#include "tests/support/scripted/scripted_server.hpp"

#include <algorithm>
#include <utility>

namespace pawl::testing {
namespace {

std::string reply_text(int status, std::string_view header_lines, std::string_view body) {
  std::string text = "HTTP/1.1 " + std::to_string(status) + " Scripted\r\n";
  while (!header_lines.empty()) {
    const auto end = std::min(header_lines.find('\n'), header_lines.size());
    text += std::string(header_lines.substr(0, end)) + "\r\n";
    header_lines.remove_prefix(std::min(end + 1, header_lines.size()));
  }
  text += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  return text.append(body);
}

}  // namespace

route& route::reply(int status, std::string_view header_lines, std::string_view body) {
  return raw(reply_text(status, header_lines, body));
}
route& route::then(int status, std::string_view header_lines, std::string_view body) {
  return reply(status, header_lines, body);
}
route& route::raw(std::string bytes) {
  std::vector<std::string> one;
  one.push_back(std::move(bytes));
  return pieces(std::move(one));
}
route& route::pieces(std::vector<std::string> each_one_write) {
  scripted_reply r;
  r.pieces = std::move(each_one_write);
  replies_.push_back(std::move(r));
  return *this;
}
route& route::in_pieces_of(std::size_t bytes) {
  std::string all;
  for (const auto& p : replies_.back().pieces) all += p;
  auto& pieces = replies_.back().pieces;
  pieces.clear();
  for (std::size_t at = 0; at < all.size(); at += bytes) pieces.push_back(all.substr(at, bytes));
  return *this;
}
route& route::after(std::chrono::milliseconds delay) {
  replies_.back().before = delay;
  return *this;
}
route& route::paced(std::chrono::milliseconds between_pieces) {
  replies_.back().between = between_pieces;
  return *this;
}
route& route::without_reading_the_body() {
  replies_.back().body_unread = true;
  return *this;
}
route& route::and_close() {
  replies_.back().then = scripted_reply::ending::close;
  return *this;
}
route& route::and_cut() {
  replies_.back().then = scripted_reply::ending::cut;
  return *this;
}
route& route::and_reset() {
  replies_.back().then = scripted_reply::ending::reset;
  return *this;
}
route& route::and_repeat(std::string bytes) {
  replies_.back().repeated = std::move(bytes);
  replies_.back().then = scripted_reply::ending::repeat;
  return *this;
}
route& route::and_stall() {
  replies_.back().then = scripted_reply::ending::stall;
  return *this;
}

}  // namespace pawl::testing
