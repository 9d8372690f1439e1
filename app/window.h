// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QString>
#include <QStringList>

namespace birblens {

class Application;

struct WindowRequest
{
    QStringList days; ///< the first one is opened
    QString model;
    bool demo = false;
};

/** Opens the window and runs until it is closed. */
int runWindow(Application &app, const WindowRequest &request);

} // namespace birblens
