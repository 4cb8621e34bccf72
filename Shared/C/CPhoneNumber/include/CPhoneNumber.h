#pragma once

// Placeholder until PhoneNumbers is written.
