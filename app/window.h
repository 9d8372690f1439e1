#pragma once

#include <QString>

namespace birblens {

struct WindowRequest
{
    QString day;
    QString model;
    bool demo = false;
};

/** Opens the window and runs until it is closed. Expects a QApplication. */
int runWindow(const WindowRequest &request);

} // namespace birblens
