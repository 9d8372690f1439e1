// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/demo/demopixels.h"
#include "core/demo/demoscene.h"

namespace birblens::demo {

/// An animal of this kind at a place where such animals go, in a pose of its own.
DemoAnimal castAnimal(DemoAnimal::Kind kind, Dice &dice);
/// The same animal a few seconds later.
void moveAnimal(DemoAnimal &animal, Dice &dice);
/// A car or truck somewhere in view.
DemoVehicle castVehicle(DemoVehicle::Kind kind, Dice &dice);
/// The names of the animals of a shot, in vocabulary order, each once.
QStringList labelsOf(const QList<DemoAnimal> &animals);

} // namespace birblens::demo
