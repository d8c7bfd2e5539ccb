#include "tests/fuzz/seeds.hpp"

namespace umbra::fuzz {

void device_seeds(const Corpus& corpus) {
  wire::AddDevice add;
  add.user = "alice";
  add.answer = "123456";
  add.name = "tablet";
  corpus.request("add_device", add);
  corpus.request("devices", wire::DevicesOf{"alice"});
  wire::DropDevice drop;
  drop.user = "alice";
  drop.password = "a password";
  drop.answer = "123456";
  drop.name = "first";
  corpus.request("drop_device", drop);

  wire::AddDeviceReply added;
  added.user = "alice";
  added.issuer = "example.org";
  added.secret = test::bytes(test::kSecretText);
  added.replaces = true;
  corpus.reply("add_device", wire::Op::add_device, added);
  std::vector<std::uint8_t> items(128);
  Writer w(items);
  for (const char* name : {"first", "tablet"}) {
    const wire::DeviceEntry entry{name, 1, 6, 30, kNow};
    wire::DeviceEntry::fields(w, entry);
  }
  wire::DevicesReply devices;
  devices.user = "alice";
  devices.pending = "laptop";
  devices.count = 2;
  devices.items = Bytes(items).first(w.size());
  corpus.reply("devices", wire::Op::devices, devices);
}

}  // namespace umbra::fuzz
