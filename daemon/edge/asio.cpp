// Boost.Asio's own code, compiled once and not in each file that includes a header of it (separate compilation).
#include <boost/asio/impl/src.hpp>
