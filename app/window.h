#pragma once

#include <QString>
#include <QStringList>

namespace birblens {

struct WindowRequest
{
    QStringList days; ///< the first one is opened
    QString model;
    bool demo = false;
};

/** Opens the window and runs until it is closed. Expects a QApplication. */
int runWindow(const WindowRequest &request);

} // namespace birblens
